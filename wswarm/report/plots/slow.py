"""How long broadcasts took to reach all healthy subscribers, block by block: slow readers against full speed."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wswarm.report import slow
from wswarm.report.plots import canvas
from wswarm.results.penalty import Block
from wswarm.results.run import Run

KINDS = ((False, canvas.BLUE, "at full speed"), (True, canvas.VERMILION, "slow readers"))


def draw(run: Run) -> Figure | None:
    """Return the picture, or `None` for a run without a block in which something came."""
    seen = run.penalty
    if seen is None or not any(block.p50 is not None for block in seen.blocks):
        return None
    drawn = canvas.figure(
        run, f"Slow readers: completion time of the healthy, penalty {slow.times(seen.ratio)}"
    )
    axes = drawn.subplots()
    for is_slow, colour, label in KINDS:
        _blocks([block for block in seen.blocks if block.is_slow is is_slow], colour, label, axes)
    axes.set_ylabel("completion time among the healthy")
    canvas.scale_time(
        axes.yaxis, [value for block in seen.blocks for value in (block.p50, block.p99, block.max)]
    )
    canvas.shade_phases(run, [axes])
    canvas.legend(axes)
    return drawn


def _blocks(blocks: list[Block], colour: str, label: str, axes: Axes) -> None:
    """Draw each block as a bar at its median, with lines up to p99 and to the slowest broadcast."""
    known = [block for block in blocks if block.p50 is not None]
    if not known:
        return
    begins, ends, middles = zip(*((one.t, one.until, (one.t + one.until) / 2) for one in known), strict=True)
    medians = [one.p50 or 0.0 for one in known]
    axes.hlines(medians, begins, ends, color=colour, linewidth=4, label=f"{label}: median")
    tops = [one.max or one.p50 or 0.0 for one in known]
    axes.vlines(middles, medians, tops, color=colour, linewidth=0.8, alpha=0.6)
    marks = [(middle, one.p99) for middle, one in zip(middles, known, strict=True) if one.p99 is not None]
    if marks:
        look: canvas.Look = {"linestyle": "none", "marker": "_", "markersize": 12, "color": colour}
        axes.plot(*zip(*marks, strict=True), label=f"{label}: p99", **look)
