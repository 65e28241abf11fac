"""A search in words and figures, as terminal and page both show it."""

from collections.abc import Sequence

from wswarm.report import format as show
from wswarm.report.sections import objective_result
from wswarm.results.capacity import Capacity, CapacityScenario, Search, Trial, Unit
from wswarm.stats.carrying import thrown_away

COLUMNS = ("round", "load", "carried", "p50", "p99", "delivered", "why")
_PER_S = "/s"
_NOUN: dict[CapacityScenario, str] = {"echo": "messages", "fanout": "broadcasts", "connect": "connections"}


def load(value: float | None, unit: Unit) -> str:
    """Return a load with its unit: `958 messages/s`, `57 connections`."""
    return show.UNKNOWN if value is None else f"{figure(value)} {unit}"


def figure(value: float | None) -> str:
    """Return a load without its unit, to four digits."""
    if value is None:
        return show.UNKNOWN
    return f"{float(f'{value:.4g}'):,.10g}"


def title(search: Search) -> str:
    """Return what was searched for, in a line."""
    return title_of(search.scenario)


def title_of(scenario: CapacityScenario) -> str:
    """Return the same of a search that goes on."""
    return f"capacity {scenario}"


def headline(search: Search) -> str:
    """Return the answer: `958 messages/s (95 %: 921 to 996)`, `at least 4,000 messages/s`."""
    found = search.capacity
    low, high = found.interval
    if high is None:
        return f"≥ {load(found.value, found.unit)}"
    if low == high:
        return f"{load(found.value, found.unit)}, counted"
    kind = "between" if found.is_bracket else "95 %:"
    word = "and" if found.is_bracket else "to"
    return f"{load(found.value, found.unit)} ({kind} {figure(low)} {word} {figure(high)})"


def criterion(search: Search) -> str:
    """Return when a load counts as carried."""
    return criterion_of(search.scenario, search.slo)


def criterion_of(scenario: CapacityScenario, slo: Sequence[str]) -> str:
    """Return the same of a search that goes on."""
    if slo:
        return f"for {', '.join(slo)}"
    if scenario == "connect":
        return "without a connection refused, timed out or dropped"
    return "delivered under too much load, as no --slo says what is good enough"


def how(search: Search) -> str:
    """Return how it was found."""
    rounds = f"{show.plural(len(search.rounds), 'round')} of {search.rounds_wanted}"
    trials = show.plural(len(search.trials), "trial")
    return f"{rounds}, {trials} of {show.duration(search.trial_s)} each, in {show.duration(search.elapsed_s)}"


def objectives(search: Search) -> list[tuple[str, str]]:
    """Return the objectives that the answer was held against, each with what came of it."""
    unit = search.capacity.unit
    return [
        (
            one.expression,
            objective_result(one) + (f": {load(one.value, unit)}" if one.value is not None else ""),
        )
        for one in search.objectives
    ]


def facts(search: Search) -> list[tuple[str, str]]:
    """Return what else is known, each with its name."""
    found = search.capacity
    rows = [
        ("limited by", f"{found.limited_by}: {show.printable(found.because)}"),
        ("carried", f"{load(found.carried, found.unit)}, the highest that was in each of its trials"),
    ]
    if found.failed is not None:
        rows.append(("too much", f"{load(found.failed, found.unit)}, the lowest that never was carried"))
    if found.delivered is not None and search.scenario != "connect":
        rows.append(("delivered", f"{load(found.delivered, found.unit)} at the lowest that was too much"))
    held = [("objective", f"{show.printable(name)} {result}") for name, result in objectives(search)]
    return [*held, *rows, *_known(found)]


def _known(found: Capacity) -> list[tuple[str, str]]:
    """Return what else was seen of the loads that were too much, whoever gave in."""
    known = found.known
    if known is None:
        return []
    spent = (
        ("target", known.target_process, known.target_cpu),
        ("broker", known.broker_process, known.broker_cpu),
        ("generator", None, known.generator_cpu),
    )
    rows = [
        (name, f"{show.printable(process or 'its busiest process')}: {share:.0%} of a core at most")
        for name, process, share in spent
        if share is not None and (process is None or process not in found.because)
    ]
    if known.listen_drops is not None:
        rows.append(("kernel", thrown_away(known)))
    return rows


def remedy(search: Search) -> str | None:
    """Return what to do where the generator gave in; `None` where it did not."""
    if search.is_bounded or search.failure is not None:
        return None
    if search.capacity.because.startswith("spoilt"):
        return "run it again on a quieter machine"
    if search.capacity.limited_by == "neither":
        return "allow more --budget, or begin with a higher first load"
    return "use more --processes, or a generator on another machine with more cores"


def row(trial: Trial) -> tuple[str, ...]:
    """Return the cells of a trial, as `COLUMNS` name them."""
    carried = {True: "yes", False: "no", None: "–"}[trial.passed]
    return (
        "bracket" if trial.round == 0 else str(trial.round),
        figure(trial.load),
        carried,
        show.seconds(trial.p50),
        show.seconds(trial.p99),
        figure(trial.delivered),
        show.printable(trial.evidence),
    )


def noun(search: Search) -> str:
    """Return what the load is made of."""
    return _NOUN[search.scenario]
