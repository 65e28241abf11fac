"""Charts over the time of a run: message times, rates, connections, broadcasts, second by second."""

from collections.abc import Iterable, Sequence

from wswarm.report import format as show
from wswarm.report.charts.chart import Axis, Chart, Drawn, Frame, Listed, Series, time_axis
from wswarm.report.headline import arrival
from wswarm.results.run import Broadcast, Run, Second
from wswarm.results.scenario import BROADCASTS

RUN, TIME = "run", "time"  # groups of axes
SECONDS_LABEL = "seconds since the first connect"
LEVELS = (("p50", "blue"), ("p90", "sky"), ("p99", "orange"), ("max", "vermilion"))
PARTS = (("first", "sky"), ("median", "blue"), ("last", "orange"))
COUNTED = ("sent", "received", "lost", "failed")
TIMED = ("p50", "p90", "p99", "max")


def phases(run: Run) -> list[tuple[str, float, float]]:
    """Return the phases that took any time, in order."""
    begins = (0.0, run.phases.warmup, run.phases.hold, run.phases.drain, run.phases.end)
    names = ("ramp", "warm-up", "hold", "drain")
    found = zip(names, begins, begins[1:], strict=False)
    return [(name, begin, end) for name, begin, end in found if end > begin]


def run_axis(run: Run) -> Axis:
    """Return the axis of the run's time, that all these charts share."""
    ends = [run.phases.end, *(row.t + run.series_step for row in run.series[-1:])]
    return Axis(label=SECONDS_LABEL, kind="second", group=RUN, low=0.0, high=max(*ends, 1e-3))


def seconds_frame(run: Run) -> Frame:
    """Return the rows of the series by name, and what they come to per second."""
    frame: Frame = {name: [getattr(row, name) for row in run.series] for name in Second.__struct_fields__}
    if run.series_step > 1:
        for name in COUNTED:
            frame[f"{name}_rate"] = [count / run.series_step for count in frame[name]]
    frame["t"] = [float(t) for t in frame["t"]]
    return frame


def _per_second(name: str, run: Run) -> str:
    return name if run.series_step == 1 else f"{name}_rate"


def add_times(run: Run, drawn: Drawn, axis: Axis) -> None:
    """Add the times of messages by the second in which they were due."""
    lines = [
        Series(name=name, frame="seconds", x="t", y=name, look="step", colour=colour)  # type: ignore[arg-type]
        for name, colour in LEVELS
        if any(getattr(row, name) is not None for row in run.series)
    ]
    if lines:
        what = time_word(run)
        drawn.add(
            Chart(
                name="over-time",
                title=f"{what.capitalize()} over time",
                x=run_axis(run),
                y=axis,
                series=lines,
                phases=phases(run),
            )
        )


def time_word(run: Run) -> str:
    """Return what the run's times are of: `delivery time`."""
    words: dict[str, str] = {
        **dict.fromkeys(BROADCASTS, "delivery time"),
        "script": "step time",
        "replay": "step time",
        "connect": "handshake time",
    }
    return words.get(run.scenario, "response time")


def add_rates(run: Run, drawn: Drawn) -> None:
    """Add what was sent and what came, per second."""
    names = ("sent", "blue"), ("received", "green"), ("lost", "vermilion")
    lines = [
        Series(
            name="deliveries" if name == "received" and arrival(run) == "delivery" else name,
            frame="seconds",
            x="t",
            y=_per_second(name, run),
            look="step",
            colour=colour,  # type: ignore[arg-type]
        )
        for name, colour in names
        if any(getattr(row, name) for row in run.series)
    ]
    if lines:
        axis = Axis(label="messages per second", kind="rate", low=0.0)
        chart = Chart(
            name="rates",
            title="Messages per second",
            x=run_axis(run),
            y=axis,
            series=lines,
            phases=phases(run),
        )
        drawn.add(chart)


def add_connections(run: Run, drawn: Drawn) -> None:
    """Add the open connections, and each handshake."""
    if not run.series:
        return
    frame, asked = _open_frame(run), _asked(run)
    lines = [
        Series(name="open", frame="open", x="t", y="open", look="area", colour="blue"),
        Series(name=asked[0], frame="asked", x="t", y="open", look="line", colour="ink", is_dashed=True),
    ]
    if any(row.failed for row in run.series):
        lines.append(
            Series(
                name="failed per s",
                frame="seconds",
                x="t",
                y=_per_second("failed", run),
                look="step",
                colour="vermilion",
            )
        )
    chart = Chart(
        name="connections",
        title="Sessions at once" if run.population is not None else "Open connections",
        x=run_axis(run),
        y=Axis(label="connections", kind="count", low=0.0),
        series=lines,
        phases=phases(run),
    )
    drawn.add(chart, open=frame, asked={"t": asked[1], "open": asked[2]})
    _add_handshakes(run, drawn)


def _add_handshakes(run: Run, drawn: Drawn) -> None:
    shakes = run.connections.handshakes
    if shakes:
        times = [shake.time for shake in shakes]
        points = Series(name="handshake", frame="handshakes", x="t", y="time", look="points", colour="blue")
        chart = Chart(
            name="handshakes",
            title="Handshake time of each connection",
            x=run_axis(run),
            y=time_axis("handshake time", times),
            series=[points],
            phases=phases(run),
        )
        drawn.add(chart, handshakes={"t": [shake.t for shake in shakes], "time": times})


def _open_frame(run: Run) -> Frame:
    timeline = run.connections.timeline
    if not timeline:  # while a run goes on, there are but its seconds
        rows = run.series
        return {"t": [row.t for row in rows], "open": [row.connections for row in rows]}
    last = timeline[-1]
    moments = [0.0, *(moment.t for moment in timeline), max(run.phases.end, last.t)]
    return {"t": moments, "open": [0, *(moment.open for moment in timeline), last.open]}


def _asked(run: Run) -> tuple[str, list[float], list[float]]:
    """Return how many connections there were to be, and when."""
    end = run_axis(run).high or 0.0
    if run.population is not None:
        expected = run.population.expected
        return f"expected {show.number(expected)}", [0.0, end], [expected] * 2
    if run.stages and run.scenario == "connect":
        times, values = stage_corners(run.phases.hold, run.plan.get("stages") or ())
        return "asked for", times, values
    requested = run.connections.requested
    return "requested", [0.0, end], [requested] * 2


def stage_corners(begin: float, stages: Iterable[Sequence[float]]) -> tuple[list[float], list[float]]:
    """Return when which value was to be reached, from 0 on."""
    times, values = [begin], [0.0]
    for length_s, value in stages:
        times.append(times[-1] + length_s)
        values.append(value)
    return times, values


def add_broadcasts(run: Run, drawn: Drawn, axis: Axis) -> None:
    """Add how long each broadcast took to its first, its median and its last subscriber."""
    rows = run.fanout.per_broadcast if run.fanout is not None else []
    if not rows:
        return
    points = [
        Series(name=name, frame="broadcasts", x="t", y=name, look="points", colour=colour)  # type: ignore[arg-type]
        for name, colour in PARTS
    ]
    chart = Chart(
        name="fanout",
        title="Each broadcast: first, median and last delivery",
        x=run_axis(run),
        y=axis,
        series=points,
        phases=phases(run),
    )
    names = Broadcast.__struct_fields__
    drawn.add(chart, broadcasts={name: [getattr(row, name) for row in rows] for name in names})


def add_tables(run: Run, drawn: Drawn) -> None:
    """Add the tables of seconds and of broadcasts."""
    step = run.series_step
    if run.series:
        title = "Second by second" if step == 1 else f"Every {step} seconds"
        columns = [("t", "second", "second"), ("connections", "open", "count")]
        wanted = ("opened", "failed", "sent", "received", "lost")
        columns += [(name, name, "count") for name in wanted if any(getattr(row, name) for row in run.series)]
        wanted = ("handshake_p50", "p50", "p90", "p99", "max")
        columns += [
            (name, name.replace("_", " "), "time")
            for name in wanted
            if any(getattr(row, name) is not None for row in run.series)
        ]
        drawn.tables.append(Listed(name="seconds", title=title, frame="seconds", columns=columns))  # type: ignore[arg-type]
    if "broadcasts" in drawn.frames:
        drawn.tables.append(
            Listed(
                name="broadcasts",
                title="Broadcast by broadcast",
                frame="broadcasts",
                columns=[
                    ("t", "published", "second"),
                    ("owed", "owed", "count"),
                    ("received", "received", "count"),
                    ("first", "first", "time"),
                    ("median", "median", "time"),
                    ("last", "last", "time"),
                ],
            )
        )
