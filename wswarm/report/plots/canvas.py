"""What all pictures share: size, colours, the heading with the plan and the verdict, axes of time, phases."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from wswarm.report import format as show
from wswarm.report import headline
from wswarm.results.run import Run

# The eight colours of Okabe and Ito, told apart by colour-blind readers (jfly.uni-koeln.de/color).
ORANGE, SKY, GREEN, BLUE, VERMILION, PURPLE = "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7"
INK, GREY = "#1a1a1a", "#5f6368"
VERDICT_COLOURS = {"valid": (GREEN, "white"), "suspect": (ORANGE, "black"), "invalid": (VERMILION, "white")}
PHASE_COLOURS = {"ramp": "#e4e7ea", "warm-up": "#f1f3f4", "hold": "#ffffff", "drain": "#e4e7ea"}

Look: TypeAlias = dict[str, Any]  # keyword arguments of an artist

SIZE = (10.0, 5.5)
DOTS_PER_INCH = 160  # 1,600 dots wide: letters are sharp on a phone; 200 would take a third more bytes
MARGIN = 0.012
REASON_LINES = 3
REASON_COLUMNS = 140
LOG_RANGE = 100.0
STYLE = {
    "figure.dpi": DOTS_PER_INCH,
    "savefig.dpi": DOTS_PER_INCH,
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": INK,
    "text.parse_math": False,
    "text.hinting": "none",  # at so many dots letters are as sharp without, and drawn sooner
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "grid.color": "#d5d9dd",
    "grid.linewidth": 0.6,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "svg.hashsalt": "wswarm",
    "svg.fonttype": "path",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a picture.

    Attributes:
        badge: The verdict in words; empty for none. `look` is what colours it has, of `VERDICT_COLOURS`.
        reasons: For the verdict.
    """

    title: str
    plan: str
    origin: str
    badge: str = ""
    look: str = "valid"
    reasons: Sequence[str] = ()


def figure(run: Run, title: str) -> Figure:
    """Return an empty figure with its heading: title, plan, address, verdict and the reasons for it."""
    return headed(
        Heading(
            title=title,
            plan=f"{headline.title(run)}: {', '.join(headline.plan(run))}",
            origin=f"{headline.url(run)}   {run.started_at}",
            badge=headline.verdict(run),
            look=run.validity.verdict,
            reasons=run.validity.reasons,
        )
    )


def headed(heading: Heading, height: float = SIZE[1]) -> Figure:
    """Return an empty figure, `height` inches high, with that heading."""
    canvas = FigureCanvasAgg(Figure(figsize=(SIZE[0], height)))
    drawn, line = canvas.figure, SIZE[1] / height
    _line(drawn, 1 - 0.018 * line, heading.title, fontsize=13, fontweight="bold", width=0.78)
    _line(drawn, 1 - 0.075 * line, heading.plan)
    _line(drawn, 1 - 0.112 * line, heading.origin, fontsize=8.5, color=GREY)
    if heading.badge:
        fill, ink = VERDICT_COLOURS[heading.look]
        box = {"boxstyle": "round,pad=0.35", "facecolor": fill, "edgecolor": "none"}
        badge: Look = {"fontsize": 10, "fontweight": "bold", "color": ink, "bbox": box}
        drawn.text(1 - MARGIN - 0.008, 1 - 0.025 * line, heading.badge, ha="right", va="top", **badge)
    bottom = 1 - 0.148 * line
    for reason in _reasons(heading.reasons):
        _line(drawn, bottom, reason, fontsize=8.5)
        bottom -= 0.033 * line
    drawn.set_layout_engine("constrained", rect=(0.004, 0.008, 0.99, bottom - 0.012 * line))
    return drawn


def _reasons(reasons: Sequence[str]) -> list[str]:
    """Return the reasons as a few lines; what does not fit is announced."""
    lines = []
    for reason in reasons:
        lines += textwrap.wrap(f"• {show.printable(reason)}", REASON_COLUMNS, subsequent_indent="   ")
    if len(lines) <= REASON_LINES:
        return lines
    return [*lines[: REASON_LINES - 1], f"{lines[REASON_LINES - 1]} … (all reasons: summary.txt)"]


def _line(drawn: Figure, y: float, text: str, *, width: float = 1 - 2 * MARGIN, **changes: Any) -> None:
    """Write one line of the heading, its middle left out if it is wider than `width` of the figure."""
    look: Look = {"fontsize": 9.5, "va": "top"} | changes
    artist = drawn.text(MARGIN, y, drawable(text), **look)
    _fit(artist, width * drawn.bbox.width)


def _fit(artist: Text, width: float) -> None:
    """Shorten the text until it is at most `width` pixels wide."""
    while (wide := artist.get_window_extent().width) > width:
        text = artist.get_text()
        artist.set_text(show.shortened(text, min(len(text) - 1, int(len(text) * width / wide))))


def drawable(text: str) -> str:
    """Return `text` with every character that the font lacks replaced by `\ufffd`."""
    font = get_font(findfont("DejaVu Sans"))
    return "".join(character if font.get_char_index(ord(character)) else "\ufffd" for character in text)


def scale_time(axis: Axis, values: Iterable[float | None], log_from: float = LOG_RANGE) -> None:
    """Label the axis of these times in s with units; from 0, or logarithmic if max/min > `log_from`."""
    positive = [value for value in values if value is not None and value > 0]
    greatest = max(positive, default=1e-3)
    axes, is_x = axis.axes, isinstance(axis, XAxis)
    if positive and greatest > log_from * min(positive):
        (axes.set_xscale if is_x else axes.set_yscale)("log")
        axis.set_major_locator(LogLocator(subs=(1.0,) if is_x else (1.0, 2.0, 5.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, value)))
        axis.set_minor_formatter(NullFormatter())
        if not is_x:  # labels are close enough, and each mark takes as long to draw as a line
            axis.set_minor_locator(NullLocator())
        return
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, greatest)))
    (axes.set_xlim if is_x else axes.set_ylim)(0, greatest * 1.08)


def tick(value: float, greatest: float) -> str:
    """Return a tick of `value` s in the unit that suits an axis up to `greatest` s."""
    for factor, unit in ((1.0, "s"), (1e-3, "ms")):
        if greatest >= factor * 0.9999:
            return f"{value / factor:g} {unit}"
    return f"{value / 1e-6:g} µs"


def legend(axes: Axes, columns: int = 6) -> None:
    """Put the legend above the axes, where it covers nothing."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.995), ncols=columns, borderaxespad=0.2)


def shade_phases(run: Run, panels: Sequence[Axes]) -> None:
    """Shade the phases behind all panels, name them in the first, and label the last one's axis of time.

    The panels must be drawn and scaled; the first gets room at its top for the names.
    """
    begins = (0.0, run.phases.warmup, run.phases.hold, run.phases.drain, run.phases.end)
    length = max(run.phases.end, 1e-9)
    too_short = []
    make_room(panels[0])
    for name, begin, end in zip(PHASE_COLOURS, begins, begins[1:], strict=False):
        if end <= begin:
            continue
        for axes in panels:
            axes.axvspan(begin, end, color=PHASE_COLOURS[name], linewidth=0, zorder=-2)
            axes.axvline(begin, color="#b6bcc2", linewidth=0.7, zorder=-1)
        if (end - begin) / length < 0.0115 * len(name):
            too_short.append(f"{name} {show.duration(end - begin)}")
            continue
        style: Look = {"ha": "center", "va": "top", "fontsize": 8.5, "color": GREY}
        panels[0].text((begin + end) / 2, 0.985, name, transform=panels[0].get_xaxis_transform(), **style)
    panels[-1].set_xlabel(
        "seconds since the first connect" + (f" ({', '.join(too_short)})" if too_short else "")
    )
    panels[0].set_xlim(0, length)


def make_room(axes: Axes) -> None:
    """Raise the vertical axis by a tenth, for something written along its top."""
    bottom, top = axes.get_ylim()
    axes.set_ylim(
        bottom, top * (top / bottom) ** 0.1 if axes.get_yscale() == "log" else top + 0.1 * (top - bottom)
    )


def stacked(drawn: Figure, heights: Sequence[float]) -> list[Axes]:
    """Return panels above one another with a common axis of time."""
    grid = drawn.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=list(heights))
    return [row[0] for row in grid]


def count_axis(axes: Axes) -> None:
    """Let the vertical axis begin at 0 and carry whole numbers with thousands separators."""
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator("auto", integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def bars_per_second(axes: Axes, run: Run, what: str) -> None:
    """Draw a low panel of what went wrong as the run went on: a count of the rows of its series."""
    step = run.series_step
    begins, amounts = [row.t for row in run.series], [getattr(row, what) / step for row in run.series]
    axes.bar(begins, amounts, width=step, align="edge", color=VERMILION, edgecolor="white", linewidth=0.4)
    axes.set_ylabel(f"{what}/s")
    axes.margins(y=0.25)
    count_axis(axes)
