"""What a reader sees of the quiet probe: its verdict on how the load reads, and its times beside the load's."""

from wswarm.report import format as show
from wswarm.report.section import Row, Section, Table
from wswarm.results.run import Distribution, Probe, Run

COLUMNS = ("n", "min", "p50", "p90", "p99", "max")
WORDS = {"fine": "the load reads as soon", "late": "the load reads late"}
NOTE = "load: right beside the probe; probe: until the kernel had what came"


def probe_section(run: Run) -> Section | None:
    """Return what the probe of a run says, `None` if it had none."""
    seen = run.probe
    if seen is None:
        return None
    rows = [Row("verdict", seen.verdict, show.printable(seen.reason or WORDS.get(seen.verdict, "")))]
    if seen.ratio is None:
        return Section("Quiet probe", tuple(rows))
    rows += [
        Row(
            "ratio",
            f"{seen.ratio:.3g}",
            f"load over probe{_interval(seen)}, {show.plural(seen.pairs, 'pair')}",
        ),
        Row("later", show.seconds(seen.later), _at_least(seen)),
        Row("own wait p99", show.seconds(seen.own_wait_p99), f"of {show.plural(seen.sockets, 'socket')}"),
    ]
    times = {"load": seen.beside, "probe": seen.time}
    table = Table(COLUMNS, tuple(_row(name, time) for name, time in times.items() if time is not None))
    return Section("Quiet probe", tuple(rows), table, (NOTE,))


def _interval(seen: Probe) -> str:
    return "" if seen.low is None or seen.high is None else f", {seen.low:.3g} to {seen.high:.3g}"


def _at_least(seen: Probe) -> str:
    return "" if seen.later_low is None else f"at least {show.seconds(seen.later_low)}"


def _row(name: str, time: Distribution) -> tuple[str, ...]:
    percentiles = (show.percentile(one) for one in (time.p50, time.p90, time.p99))
    return (name, show.count(time.n), show.seconds(time.min), *percentiles, show.seconds(time.max))
