"""Which charts a forecast has: what it takes, and how long, over connections."""

from wswarm.report import format as show
from wswarm.report.charts.chart import Axis, Chart, Colour, Drawn, Frame, Kind, Mark, Series, time_axis
from wswarm.results.forecast import Curve, Outlook

_TIMES: dict[str, tuple[str, Colour]] = {
    "p50": ("p50", "blue"),
    "p99": ("p99", "vermilion"),
    "last": ("last, completion p50", "green"),
}
_WORK: tuple[tuple[str, str, Kind, str, Colour], ...] = (
    ("cpu", "CPU", "cores", "cores, all workers", "blue"),
    ("memory", "Memory", "size", "bytes, all workers", "purple"),
)


def drawn(outlook: Outlook) -> Drawn:
    """Return the charts of a forecast and their figures."""
    found = Drawn()
    if outlook.curve is not None:
        x, marks = _connections(outlook, outlook.curve), _marks(outlook, outlook.curve)
        for figure, name, kind, label, colour in _WORK:
            frame = _banded(outlook.curve, figure)
            y = Axis(label=label, kind=kind, low=0.0, high=max(frame["high"]) * 1.06 or 1.0)
            chart = Chart(
                name="work",
                title=f"{name} over connections",
                x=x,
                y=y,
                series=[_line(name, figure, colour)],
                marks=marks,
            )
            found.add(chart, **{figure: frame})
        _add_times(outlook, outlook.curve, found, x, marks)
    return found


def _add_times(outlook: Outlook, curve: Curve, drawn: Drawn, x: Axis, marks: list[Mark]) -> None:
    is_echo = outlook.mechanism.scenario == "echo"
    names = [name for name in _TIMES if name != "last" or not is_echo]
    frames = {name: frame for name in names if (frame := _banded(curve, name))["connections"]}
    if not frames:
        return
    limits = [
        Mark(way="y", at=one.limit, name=one.expression, colour=_TIMES[one.figure][1], is_dashed=True)
        for one in outlook.slo
    ]
    values = [value for frame in frames.values() for end in ("low", "high") for value in frame[end]]
    chart = Chart(
        name="times",
        title="Times over connections",
        x=x,
        y=time_axis(
            "response time" if is_echo else "delivery time", [*values, *(one.limit for one in outlook.slo)]
        ),
        series=[_line(_TIMES[name][0], name, _TIMES[name][1]) for name in frames],
        marks=[*marks, *limits],
    )
    drawn.add(chart, **frames)


def _line(name: str, frame: str, colour: Colour) -> Series:
    return Series(
        name=name,
        frame=frame,
        x="connections",
        y="mid",
        low="low",
        high="high",
        look="line",
        marker="circle",
        colour=colour,
    )


def _banded(curve: Curve, name: str) -> Frame:
    known = [(one.connections, band) for one in curve.points if (band := getattr(one, name)) is not None]
    ends = {end: [getattr(band, end) for _, band in known] for end in ("low", "mid", "high")}
    return {"connections": [place for place, _ in known], **ends}


def _connections(outlook: Outlook, curve: Curve) -> Axis:
    """Return the axis that all of them share."""
    places = [*(one.connections for one in curve.points), outlook.wanted.connections]
    label = f"connections, with {show.plural(outlook.forecast.workers, 'worker')}"
    return Axis(label=label, kind="count", group="connections", low=0.0, high=1.03 * max(places))


def _marks(outlook: Outlook, curve: Curve) -> list[Mark]:
    """Return the load that is wanted, and where a worker is as busy as it may be."""
    found = [Mark(way="x", at=float(outlook.wanted.connections), name="wanted", colour="ink")]
    if curve.bound is not None:
        name = "a worker at 0.85 of a core"
        found.append(Mark(way="x", at=curve.bound, name=name, colour="orange", is_dashed=True))
    return found
