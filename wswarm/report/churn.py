"""How sessions that come and go are shown: how many there were, beside how many there should be."""

from wswarm.report import format as show
from wswarm.report.section import Row, Section, Table
from wswarm.results.population import Population
from wswarm.results.run import Run

COLUMNS = ("min", "mean", "p50", "p95", "p99", "max")


def section(run: Run) -> Section | None:
    """Return how the population fared; `None` for a load without."""
    seen = run.population
    if seen is None:
        return None
    rows = (
        Row("mean", show.UNKNOWN if seen.mean is None else show.number(seen.mean), _expected(run, seen)),
        Row("sessions", show.count(seen.sessions), "that began, with those who were there before the load"),
        Row("refused", show.count(seen.refused), _refused(run, seen)),
    )
    return Section(
        "Population", rows, _lifetimes(seen), ("over the hold, as are lifetimes of who came in it",)
    )


def phrases(run: Run) -> list[str]:
    """Return in a few words which sessions were asked for; nothing for a load without."""
    seen, plan = run.population, run.plan
    if seen is None:
        return []
    law = f", {plan['stay_law']}" if plan.get("stay_law") else ""
    asked = f"{show.rate(plan.get('sessions'))} sessions of {show.duration(plan.get('stay'))} each{law}"
    rate = plan.get("rate")
    if not rate:
        return [asked]
    rooms = run.rooms.rooms if run.rooms is not None else 1
    return [asked, f"{show.rate(rate)} published, {show.rate(rate * seen.expected / rooms)} to deliver"]


def _expected(run: Run, seen: Population) -> str:
    share = f"{100 * seen.mean / seen.expected:.3g} % of the " if seen.mean is not None else ""
    each = f"{show.rate(run.plan.get('sessions'))} × {show.duration(run.plan.get('stay'))}"
    return f"{share}{show.number(seen.expected)} expected: {each}"


def _refused(run: Run, seen: Population) -> str:
    """Return by whom sessions were refused."""
    theirs, ours = run.connections.failed, seen.refused - run.connections.failed
    told = []
    if theirs:
        told.append(f"{show.count(theirs)} by the target")
    if ours > 0:
        told.append(
            f"{show.count(ours)} that came when there were {show.count(run.plan.get('connections'))} (-c)"
        )
    return ", ".join(told)


def _lifetimes(seen: Population) -> Table | None:
    lived = seen.lifetime
    if not lived.n:
        return None
    percentiles = (show.percentile(one) for one in (lived.p50, lived.p95, lived.p99))
    cells = (show.seconds(lived.min), show.seconds(lived.mean), *percentiles, show.seconds(lived.max))
    return Table(COLUMNS, (("lifetime", *cells),))
