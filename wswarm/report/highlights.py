"""The few figures of a run that one looks for first."""

from collections.abc import Iterator

from wswarm.report import format as show
from wswarm.report import slow
from wswarm.report.sections import main_time
from wswarm.results.run import Distribution, Run
from wswarm.results.scenario import BROADCASTS

_NAMES = {"connect": "handshake", "echo": "response", **dict.fromkeys(BROADCASTS, "delivery")}


def highlights(run: Run) -> list[tuple[str, str]]:
    """Return them by their names: what the scenario is about before what all have."""
    opened = f"{show.count(run.connections.opened)} of {show.count(run.connections.requested)}"
    return [("opened", opened), *_own(run), *_times(run), *_counts(run)]


def _own(run: Run) -> Iterator[tuple[str, str]]:
    """Yield what a load that changes is about."""
    if (back := run.recovery) is not None and back.dropped:
        yield "back", f"{show.count(back.recovered)} of {show.count(back.dropped)}"
        times = {"T50": back.time.p50, "T90": back.time.p90, "bystanders p99": back.bystanders.during}
        yield from _known(times)
    if (cost := run.penalty) is not None:
        yield "penalty", slow.times(cost.ratio)
        yield "disconnected", f"{sum(cost.disconnected.values()):,} of {show.count(cost.slow)}"
    if (there := run.population) is not None:
        if there.mean is not None:
            yield (
                "sessions at once",
                f"{show.count(round(there.mean))} of {show.count(round(there.expected))}",
            )
        yield "refused", show.count(there.refused)


def _times(run: Run) -> Iterator[tuple[str, str]]:
    seen, name = main_time(run) or Distribution(n=0), _NAMES.get(run.scenario, run.scenario)
    completion = run.fanout.completion_time.p50 if run.fanout is not None else None
    yield from _known({f"{name} p50": seen.p50, f"{name} p99": seen.p99, "completion p50": completion})


def _counts(run: Run) -> Iterator[tuple[str, str]]:
    if run.rates is not None:
        yield "received", show.rate(run.rates.received)
    if run.messages is not None:
        yield "lost", show.count(run.messages.lost.disconnected + run.messages.lost.silent)
    if run.sessions is not None:
        yield "sessions", show.count(run.sessions.started)
        yield "failed sessions", show.count(run.sessions.failed)


def _known(times: dict[str, float | None]) -> Iterator[tuple[str, str]]:
    yield from ((label, show.seconds(value)) for label, value in times.items() if value is not None)
