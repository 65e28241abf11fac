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
        Row("penalty", times(seen.ratio), f"{_interval(seen.low, seen.high)}{_about(seen)}"),
        Row(
            "behind",
            times(seen.behind.ratio),
            f"{_interval(seen.behind.low, seen.behind.high)}the healthy just behind a slow one over those just before"
            " it, in slow blocks",
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


def times(ratio: float | None) -> str:
    """Return `1.31 ×`."""
    return show.UNKNOWN if ratio is None else f"{ratio:.3g} ×"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.3g} to {high:.3g} (95 %): "


def _about(seen: Penalty) -> str:
    compared = f"{seen.compared} of {show.plural(seen.pairs, 'pair')}"
    return f"completion time of the healthy in slow blocks over that at full speed, {compared} compared"


def _disconnected(seen: Penalty) -> str:
    told, after = remarks.counted(seen.disconnected), seen.time_to_disconnect
    if after is None or not after.n:
        return told
    first, last = show.seconds(after.min), show.seconds(after.max)
    since = f"seen {first}{'' if first == last else f' to {last}'} after the slow block began"
    return f"{told}; {since}" if told else since


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
