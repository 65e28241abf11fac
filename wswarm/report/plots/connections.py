"""Open connections over time, with the handshakes of each second below."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wswarm.report.format import count
from wswarm.report.plots import canvas
from wswarm.run import Run, Second


def draw(run: Run) -> Figure | None:
    """Return the picture, or `None` for a run without a series."""
    if not run.series:
        return None
    drawn = canvas.figure(run, "Open connections over time")
    shakes = [second for second in run.series if second.handshake_p50 is not None]
    has_failures = any(second.failed for second in run.series)
    panels = canvas.stacked(drawn, [3.0, *([1.9] if shakes else []), *([1.0] if has_failures else [])])
    _open(run, panels[0])
    if shakes:
        _handshakes(shakes, panels[1])
    if has_failures:
        begins, failed = [second.t for second in run.series], [second.failed for second in run.series]
        canvas.bars_per_second(panels[-1], begins, failed, "failed/s")
    canvas.shade_phases(run, panels)
    return drawn


def _open(run: Run, axes: Axes) -> None:
    """Draw the sockets that were open at the end of each second; nothing is open when the run begins."""
    ends = [0.0, *(min(second.t + 1, run.phases.end) for second in run.series)]
    sockets = [0, *(second.connections for second in run.series)]
    axes.fill_between(ends, sockets, color=canvas.SKY, alpha=0.35, linewidth=0)
    axes.plot(
        ends, sockets, color=canvas.BLUE, linewidth=1.8, label=f"open (peak {count(run.connections.peak)})"
    )
    asked = run.connections.requested
    axes.axhline(asked, color=canvas.INK, linestyle="--", linewidth=1, label=f"requested {count(asked)}")
    axes.set_ylabel("open connections")
    axes.set_ylim(0, max(asked, *sockets, 1) * 1.08)
    canvas.count_axis(axes)
    canvas.legend(axes)


def _handshakes(shakes: list[Second], axes: Axes) -> None:
    middles = [second.t + 0.5 for second in shakes]
    for name, marker, colour, label in (
        ("handshake_p50", "o", canvas.BLUE, "median"),
        ("handshake_max", "^", canvas.ORANGE, "longest"),
    ):
        values = [getattr(second, name) for second in shakes]
        axes.plot(middles, values, marker=marker, markersize=4, linewidth=1.2, color=colour, label=label)
    axes.set_ylabel("handshake time")
    canvas.scale_time(
        axes.yaxis, [time for second in shakes for time in (second.handshake_p50, second.handshake_max)]
    )
    canvas.legend(axes)
