"""How the times went on during the run, second by second, and when messages were lost."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wswarm.report.plots import canvas
from wswarm.report.plots.curves import Floats
from wswarm.results.run import Run, Second
from wswarm.results.scenario import BROADCASTS

# From the lower edge of each band to its upper one, with the colour and label it is drawn in.
BANDS = (("p50", "p90", 0.50, "p50–p90"), ("p90", "p99", 0.28, "p90–p99"), ("p99", "max", 0.13, "to max"))


def draw(run: Run) -> Figure | None:
    """Return the picture, or `None` when no message was sent."""
    has_messages = run.messages is not None or bool(run.steps)
    if not has_messages or not any(second.sent or second.lost for second in run.series):
        return None
    what = {**dict.fromkeys(BROADCASTS, "Delivery"), "script": "Step", "replay": "Step"}.get(
        run.scenario, "Response"
    )
    drawn = canvas.figure(run, f"{what} time over time")
    has_lost = any(second.lost for second in run.series)
    panels = canvas.stacked(drawn, [4.0, 1.0] if has_lost else [1.0])
    _times(run, panels[0])
    panels[0].set_ylabel(f"{what.lower()} time")
    if has_lost:
        canvas.bars_per_second(panels[1], run, "lost")
    canvas.shade_phases(run, panels)
    return drawn


def _times(run: Run, axes: Axes) -> None:
    """Draw each row of the series as a flat step; one in which nothing was measured leaves a gap."""
    series = run.series
    values = [value for second in series for value in (second.p50, second.p90, second.p99, second.max)]
    if all(value is None for value in values):
        style: canvas.Look = {"ha": "center", "va": "center", "fontsize": 12, "color": canvas.GREY}
        axes.text(0.5, 0.5, "nothing arrived", transform=axes.transAxes, **style)
        axes.set_yticks([])
        return
    x = np.array([edge for second in series for edge in (second.t, second.t + run.series_step)])
    lower = _edges(series, "p50")
    axes.plot(x, lower, color=canvas.BLUE, linewidth=2, label="p50")
    for _, above, alpha, label in BANDS:
        upper = _edges(series, above)
        axes.fill_between(x, lower, upper, color=canvas.BLUE, alpha=alpha, linewidth=0, label=label)
        lower = np.where(np.isnan(upper), lower, upper)
    axes.plot(x, _edges(series, "max"), color=canvas.BLUE, linewidth=0.7, alpha=0.6)
    canvas.scale_time(axes.yaxis, values)
    canvas.legend(axes)


def _edges(series: Sequence[Second], name: str) -> Floats:
    """Return a figure of each second twice, for its two edges, with NaN for unknown."""
    known = [getattr(second, name) for second in series]
    return np.repeat(np.array([np.nan if value is None else value for value in known], dtype=float), 2)
