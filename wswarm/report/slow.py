"""What slow readers cost the healthy, as a reader sees it."""

from wswarm.report import format as show
from wswarm.report import remarks
from wswarm.report.section import Row, Section, Table
from wswarm.results.penalty import Block, Penalty
from wswarm.results.run import Run

COLUMNS = ("from", "broadcasts", "p50", "p99", "max")
SHOWN = 24  # blocks; the run file has all


def slow_section(run: Run) -> Section | None:
    """Return the section, `None` where nobody was slow."""
    seen = run.penalty
    if seen is None:
        return None
    rows = [
        Row("penalty", ratio(seen.ratio, seen.low, seen.high), _about(seen)),
        Row(
            "behind",
            ratio(seen.behind.ratio, seen.behind.low, seen.behind.high),
            "the healthy just behind a slow one over those just before it, in slow blocks",
        ),
        Row("slow", show.count(seen.slow), f"readers among {show.count(seen.healthy)} healthy ones"),
        Row("disconnected", show.count(sum(seen.disconnected.values())), _disconnected(seen)),
        Row("healthy lost", show.count(seen.healthy_lost), "deliveries owed to the healthy"),
    ]
    if seen.memory_growth is not None:
        rows.append(
            Row("memory", show.size(seen.memory_growth), "that the target grew in a slow block (mean)")
        )
    if seen.kernel_memory is not None:
        rows.append(
            Row("kernel", show.size(seen.kernel_memory), "that TCP took at most, everybody's sockets")
        )
    return Section("Slow readers", tuple(rows), _blocks(seen.blocks), tuple(_notes(seen)))


def ratio(value: float | None, low: float | None, high: float | None) -> str:
    """Return `1.31`, with `[1.20, 1.43]` behind it if there is an interval."""
    shown = show.UNKNOWN if value is None else f"{value:.3g}×"
    return shown if low is None or high is None else f"{shown} [{low:.3g}, {high:.3g}]"


def _about(seen: Penalty) -> str:
    compared = show.plural(seen.compared, "pair")
    of = f" of {seen.pairs} held" if seen.compared != seen.pairs else ""
    return f"completion time of the healthy, slow blocks over full speed: {compared}{of}, 95 % interval"


def _disconnected(seen: Penalty) -> str:
    told = remarks.counted(seen.disconnected)
    times = seen.time_to_disconnect
    if times is None or times.min is None or times.max is None:
        return told
    since = f"{show.seconds(times.min)} to {show.seconds(times.max)} after the slow block began"
    return f"{told}; seen {since}" if told else f"seen {since}"


def _blocks(blocks: list[Block]) -> Table | None:
    rows = tuple(
        (
            f"{number} {'slow' if block.is_slow else 'full speed'}",
            show.seconds(block.t),
            show.count(block.broadcasts),
            show.seconds(block.p50),
            show.percentile(block.p99),
            show.seconds(block.max),
        )
        for number, block in enumerate(blocks[:SHOWN], 1)
    )
    return Table(COLUMNS, rows) if rows else None


def _notes(seen: Penalty) -> list[str]:
    notes = [
        "blocks: completion times of the healthy; between them the slow ones read what had come meanwhile, which"
        " counts in none"
    ]
    if seen.pressed_after:
        notes.append(
            f"slow blocks count from {show.seconds(seen.pressed_after)} on: before, the kernels between swallow all"
        )
    if len(seen.blocks) > SHOWN:
        notes.append(f"the first {SHOWN} of {len(seen.blocks)} blocks; the run file has all")
    return notes
