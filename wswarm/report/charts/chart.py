"""What a chart is: series of points out of frames of figures, on two axes. `page.js` draws it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Measured = Literal["second", "time", "count", "rate", "size", "number", "share", "percentile"]
Kind = Measured | Literal["change", "cores", "load", "date", "name"]
Look = Literal["line", "step", "area", "points", "outline", "spans", "bars", "signs"]
Marker = Literal["circle", "cross", "diamond", "dot", "tick"]
Colour = Literal["blue", "sky", "green", "orange", "vermilion", "purple", "ink", "grey"]
Frame = dict[str, list[Any]]

COLOURS: tuple[Colour, ...] = ("blue", "orange", "green", "purple", "sky", "vermilion")
LOG_FROM = 30.0  # max / min from which on an axis of times is logarithmic
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis.

    Attributes:
        kind: In which unit its values are shown: `change` a ratio as what it is beyond 1, `load` as searches tell it,
            `date` s since 1970, `name` the place of one of the `names`.
        group: Axes of one group show the same part of it: who zooms one, zooms all.
        low: Where it begins, `high`: where it ends; `None`: as the values are.
    """

    label: str
    kind: Kind
    is_log: bool = False
    group: str | None = None
    low: float | None = None
    high: float | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line, cloud of points or outline.

    Attributes:
        frame: Where its figures are; `x`, `y`: their names there. `x` is on the axis that the chart is read along.
        look: `step`: each value holds until the next one; `area`: that, filled; `outline`: bars from `x` to
            `until_x`, as long as `y`; `spans`: flat lines from `x` to `until_x`; `bars`: pale ones from `low` to
            `high`, where `y` is one of them; `signs`: what stands in `y` as text, above all.
        low: The lower end of what is around each value, `high` the upper one: intervals of points, a band of lines.
        hollow: Which of the points are. `words`: what else is said of each, `link`: where each leads.
        dotted_from: From where on the sample is too small to support it.
    """

    name: str
    frame: str
    x: str
    y: str
    look: Look
    colour: Colour
    until_x: str | None = None
    low: str | None = None
    high: str | None = None
    hollow: str | None = None
    words: str | None = None
    link: str | None = None
    marker: Marker | None = None
    dotted_from: float | None = None
    is_dashed: bool = False

    @property
    def columns(self) -> tuple[str | None, ...]:
        """The names of its figures."""
        return self.x, self.y, self.until_x, self.low, self.high, self.hollow, self.words, self.link


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place on an axis, or what is between two, with a name.

    Attributes:
        way: Of which axis. `until`: where it ends; `None`: it is a line.
    """

    way: Literal["x", "y"]
    at: float
    name: str
    colour: Colour
    until: float | None = None
    is_dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart.

    Attributes:
        name: As that of the picture with the same content, if there is one; several may be in one.
        phases: What goes on behind it: name, from, to.
        is_lying: Whether it is read along the vertical axis, on which the `x` of its series are then.
        is_half: Whether it takes half of the page's width.
    """

    name: str
    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    phases: Sequence[tuple[str, float, float]] = ()
    marks: Sequence[Mark] = ()
    is_lying: bool = False
    is_half: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A table that can be sorted: a frame's figures by name, with their headings and kinds."""

    name: str
    title: str
    frame: str
    columns: Sequence[tuple[str, str, Kind]]


@dataclass(slots=True)
class Drawn:
    """All that is drawn of a run, or of what was found from several."""

    frames: dict[str, Frame] = field(default_factory=dict)
    charts: list[Chart] = field(default_factory=list)
    tables: list[Listed] = field(default_factory=list)

    def add(self, chart: Chart, **frames: Frame) -> None:
        """Add a chart with the frames that it needs."""
        self.charts.append(chart)
        self.frames |= {name.replace("_", "-"): rounded(frame) for name, frame in frames.items()}

    def forget_unused(self) -> None:
        """Leave out figures that neither a chart nor a table shows."""
        shown = {(one.frame, key) for chart in self.charts for one in chart.series for key in one.columns}
        shown |= {(table.frame, column[0]) for table in self.tables for column in table.columns}
        for name, frame in self.frames.items():
            self.frames[name] = {key: values for key, values in frame.items() if (name, key) in shown}


def rounded(frame: Frame) -> Frame:
    """Return the figures with six significant digits."""
    return {
        name: [float(f"{one:.{_DIGITS}g}") if isinstance(one, float) else one for one in values]
        for name, values in frame.items()
    }


def span_axis(
    label: str,
    kind: Kind,
    values: Iterable[float | None],
    group: str | None = None,
    log_from: float = LOG_FROM,
) -> Axis:
    """Return the axis that holds these values with a little room: logarithmic where they reach far."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if low > 0 and high > log_from * low:
        return Axis(label=label, kind=kind, is_log=True, group=group, low=low / 1.15, high=high * 1.15)
    room = 0.06 * (high - low) or 0.5 * abs(high) or 0.5
    return Axis(label=label, kind=kind, group=group, low=low - room, high=high + room)


def time_axis(label: str, values: Iterable[float | None], group: str | None = None) -> Axis:
    """Return the axis of these times in s: from 0, or logarithmic where they differ much."""
    known = [value for value in values if value is not None and value > 0]
    low, high = min(known, default=1e-3), max(known, default=1e-3)
    is_log = high > LOG_FROM * low
    return Axis(
        label=label,
        kind="time",
        is_log=is_log,
        group=group,
        low=low / 1.15 if is_log else 0.0,
        high=high * (1.15 if is_log else 1.06),
    )
