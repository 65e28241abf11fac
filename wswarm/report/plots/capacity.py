"""The pictures of a search: times over the load, the trials one after another, and what each round believed."""

from collections.abc import Callable, Mapping
from pathlib import Path

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from wswarm.report.capacity import words
from wswarm.report.plots import canvas, save
from wswarm.results.capacity import Search, Trial

_LOOKS = {True: ("o", canvas.BLUE), False: ("X", canvas.VERMILION), None: (".", canvas.GREY)}
_OUTCOMES = {True: "carried", False: "too much", None: "says nothing"}
_ROUNDS = (canvas.BLUE, canvas.ORANGE, canvas.GREEN, canvas.PURPLE, canvas.SKY, canvas.VERMILION)
_FEW = 4.0  # times the lowest load: an axis that reaches no further has ticks of its own


def draw(search: Search, folder: Path, *, svg: bool = False) -> list[Path]:
    """Draw every picture that there are figures for; return the files written.

    Raises:
        ResultError: a file can't be written.
    """
    written = []
    with matplotlib.style.context(["default", canvas.STYLE]):
        for name, make in PICTURES.items():
            figure = make(search)
            if figure is not None:
                written += save(figure, folder / name, svg=svg)
    return written


def curve(search: Search) -> Figure | None:
    """Return p50 and p99 of each trial over its load, with their intervals."""
    known = [one for one in search.trials if one.p50 is not None or one.p99 is not None]
    if not known:
        return None
    drawn = _figure(search, "Times over the load")
    axes = drawn.subplots()
    for name, colour, face in (("p50", canvas.BLUE, "white"), ("p99", canvas.VERMILION, canvas.VERMILION)):
        _percentile(axes, known, name, colour, face)
    _band(axes, search, is_vertical=True)
    values = [value for one in known for value in (one.p50, one.p99)]
    canvas.scale_time(axes.yaxis, values, log_from=10.0)
    _load_axis(axes.xaxis, [one.load for one in known])
    axes.set_xlabel(f"load, {search.capacity.unit}")
    axes.set_ylabel("handshake time" if search.scenario == "connect" else "response or delivery time")
    canvas.legend(axes)
    return drawn


def trials(search: Search) -> Figure:
    """Return the loads in the order in which they were tried."""
    drawn = _figure(search, "The loads that were tried")
    axes = drawn.subplots()
    for passed, (marker, colour) in _LOOKS.items():
        found = [(place, one.load) for place, one in enumerate(search.trials, 1) if one.passed is passed]
        if found:
            look: canvas.Look = {"linestyle": "none", "marker": marker, "color": colour, "markersize": 7}
            axes.plot(*zip(*found, strict=True), label=_OUTCOMES[passed], **look)
    _round_names(axes, search.trials)
    _band(axes, search, is_vertical=False)
    axes.set_xlabel("trial")
    axes.set_xlim(0.4, len(search.trials) + 0.6)
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    _load_axis(axes.yaxis, [one.load for one in search.trials])
    axes.set_ylabel(f"load, {search.capacity.unit}")
    canvas.legend(axes)
    return drawn


def posterior(search: Search) -> Figure | None:
    """Return what each round believed in the end."""
    known = [one for one in search.rounds if one.loads]
    if not known:
        return None
    drawn = _figure(search, "What each round believed in the end")
    axes = drawn.subplots()
    for place, one in enumerate(known):
        colour = _ROUNDS[place % len(_ROUNDS)]
        axes.plot(one.loads, one.posterior, color=colour, linewidth=1.8, label=f"round {one.round}")
        axes.axvline(one.value, color=colour, linewidth=0.8, linestyle=(0, (3, 2)))
    _band(axes, search, is_vertical=True)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(f"load, {search.capacity.unit}")
    axes.set_ylabel("probability")
    canvas.legend(axes)
    return drawn


PICTURES: Mapping[str, Callable[[Search], Figure | None]] = {
    "curve": curve,
    "trials": trials,
    "posterior": posterior,
}


def _figure(search: Search, title: str) -> Figure:
    remedy = words.remedy(search)
    return canvas.headed(
        canvas.Heading(
            title=f"{title}: {words.title(search)}",
            plan=f"{words.criterion(search)}; {words.how(search)}",
            origin=f"{search.target}   {search.started_at}",
            badge=words.headline(search),
            look="valid" if search.is_bounded else "invalid",
            reasons=[*([remedy] if remedy else []), *search.notices],
        )
    )


def _percentile(axes: Axes, known: list[Trial], name: str, colour: str, face: str) -> None:
    rows = [(one.load, getattr(one, name), getattr(one, f"{name}_interval"), one.passed) for one in known]
    rows = [row for row in rows if row[1] is not None]
    for load, _, interval, _ in rows:
        if interval is not None:
            axes.vlines([load], interval[0], interval[1], color=colour, linewidth=1.4, alpha=0.7)
    for passed, (marker, _) in _LOOKS.items():
        own = [(load, value) for load, value, _, carried in rows if carried is passed]
        if own:
            look: canvas.Look = {"linestyle": "none", "marker": marker, "color": colour}
            axes.plot(
                *zip(*own, strict=True),
                label=f"{name}, {_OUTCOMES[passed]}",
                markerfacecolor=face,
                **look,
            )


def _band(axes: Axes, search: Search, *, is_vertical: bool) -> None:
    """Mark the answer and its interval."""
    low, high = search.capacity.interval
    span, line = (axes.axvspan, axes.axvline) if is_vertical else (axes.axhspan, axes.axhline)
    if high is not None and high > low:
        span(low, high, color="#d9e6ef", linewidth=0, zorder=-2)
    line(search.capacity.value, color=canvas.INK, linewidth=1, zorder=-1)


def _round_names(axes: Axes, tried: list[Trial]) -> None:
    """Name the rounds along the top, each where it begins."""
    for place, one in enumerate(tried, 1):
        if place > 1 and one.round == tried[place - 2].round:
            continue
        name = "bracket" if one.round == 0 else f"round {one.round}"
        style: canvas.Look = {"fontsize": 8.5, "color": canvas.GREY, "va": "top"}
        axes.text(place - 0.4, 0.985, name, transform=axes.get_xaxis_transform(), **style)
        if place > 1:
            axes.axvline(place - 0.5, color="#b6bcc2", linewidth=0.7, zorder=-1)


def _load_axis(axis: Axis, loads: list[float]) -> None:
    """Let the axis of loads be logarithmic where they reach far."""
    if max(loads) > _FEW * min(loads):
        axes = axis.axes
        (axes.set_xscale if isinstance(axis, XAxis) else axes.set_yscale)("log")
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_minor_locator(NullLocator())
        axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(FuncFormatter(lambda value, _: words.figure(value)))
