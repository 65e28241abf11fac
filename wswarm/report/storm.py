"""How dropped clients came back, as a reader sees it."""

from wswarm.report import format as show
from wswarm.report import remarks
from wswarm.report.section import Row, Section, Table
from wswarm.results.distribution import Distribution
from wswarm.results.recovery import KernelQueue, Recovery
from wswarm.results.run import Run

COLUMNS = ("min", "T50", "T90", "T99", "T100")
_FIGURES = ("min", "p50", "p90", "p99", "max")


def storm_section(run: Run) -> Section | None:
    """Return the section, `None` where nobody was dropped."""
    seen = run.recovery
    if seen is None:
        return None
    rows = (
        Row(
            "dropped",
            show.count(seen.dropped),
            f"by {run.plan.get('how')}; back by {run.plan.get('reconnect')}",
        ),
        Row(
            "recovered", show.count(seen.recovered), f"{show.share(seen.recovered, seen.dropped)} of dropped"
        ),
        Row(
            "never",
            show.count(seen.never),
            "by the end of the patience, or had given up" if seen.never else "",
        ),
        Row("attempts", *_attempts(seen)),
        Row("peak", f"{show.count(seen.attempts_per_s_peak)}/s", _peaks(seen)),
        Row("refused", show.count(sum(seen.refused.values())), remarks.counted(seen.refused)),
        Row("wasted", show.count(seen.wasted), "attempts that brought nobody back"),
        Row("waves", show.count(seen.second_waves), "after the first"),
        Row("missed", show.count(seen.missed), "broadcasts while away, not owed"),
        Row("bystanders", *_bystanders(seen)),
        Row("kernel queue", *_kernel(seen)),
    )
    return Section("Recovery", rows, _times(seen), tuple(_notes(seen)))


def _attempts(seen: Recovery) -> tuple[str, str]:
    found = seen.attempts
    if found.mean is None:
        return show.UNKNOWN, ""
    return f"{found.mean:.3g}", f"per client (mean); p50 {_number(found.p50)}, max {_number(found.max)}"


def _peaks(seen: Recovery) -> str:
    return (
        f"attempts; handshakes {show.count(seen.handshakes_per_s_peak)}/s; in 100 ms"
        f" {show.count(seen.attempts_per_100ms_peak)} and {show.count(seen.handshakes_per_100ms_peak)}"
    )


def _bystanders(found: Recovery) -> tuple[str, str]:
    seen = found.bystanders
    before, during, after = (show.percentile(one) for one in (seen.before, seen.during, seen.after))
    if seen.clients == 0:
        return show.UNKNOWN, f"nobody: all were {'dropped' if found.dropped else 'to be dropped'}"
    if seen.before is None:
        return show.UNKNOWN, "too few deliveries before the drop for a p99"
    if not found.dropped:
        return before, "p99 so far; nobody was dropped"
    back = {None: "never", 0.0: "all along"}.get(seen.back_after_s, f"after {seen.back_after_s} s")
    if seen.is_sparse:
        back = "not known, too few deliveries per second"
    return during, f"p99 in the storm; before {before}, after {after}; within 20 % of before: {back}"


def _kernel(seen: Recovery) -> tuple[str, str]:
    share = show.UNKNOWN if seen.queued is None else f"{seen.queued * 100:.3g} %"
    told = "of handshakes took as long as the kernel waits to ask again"
    return share, f"{told}; {_counters(seen.kernel)}" if seen.kernel is not None else told


def _counters(seen: KernelQueue) -> str:
    overflows, drops = (one.after - one.before for one in (seen.listen_overflows, seen.listen_drops))
    return f"accept queues overflowed {overflows:,} times, {drops:,} dropped"


def _times(seen: Recovery) -> Table | None:
    measured = {"to message": seen.time, "to ready": seen.ready_time}
    rows = tuple(
        (name, *_cells(found)) for name, found in measured.items() if found.n and found.min is not None
    )
    return Table(COLUMNS, rows) if rows else None


def _cells(found: Distribution) -> list[str]:
    values = (getattr(found, name) for name in _FIGURES)
    return [show.UNKNOWN if value is None else show.seconds(value) for value in values]


def _notes(seen: Recovery) -> list[str]:
    if not seen.dropped:
        return []
    notes = ["times since each client's drop, over all that were dropped: T90 is when nine of ten were back"]
    if seen.never:
        notes.append(f"{show.UNKNOWN}: not reached, {show.plural(seen.never, 'client')} never came back")
    return notes


def _number(value: float | None) -> str:
    return show.UNKNOWN if value is None else f"{value:g}"
