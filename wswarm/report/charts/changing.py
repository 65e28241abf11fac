"""Charts of loads that change: storms, slow readers, stages, and what long runs tell of growth."""

from dataclasses import replace

from wswarm.report import slow, trends
from wswarm.report.charts.chart import Axis, Chart, Colour, Drawn, Frame, Kind, Series, time_axis
from wswarm.report.charts.run_time import phases, run_axis, stage_corners
from wswarm.report.way_back import step_s, way_back
from wswarm.results.run import Run, Trend

_S_PER_HOUR = 3_600
_KINDS: dict[str, Kind] = {"target.memory": "size"}


def add_stages(run: Run, drawn: Drawn) -> None:
    """Add the rate that was asked for to the rates, and each stage's times to the times."""
    stages = run.plan.get("stages")
    if not run.stages or not stages or run.messages is None:
        return
    times, values = stage_corners(run.phases.hold, stages)
    drawn.frames["stages"] = {"t": times, "rate": values}
    asked = Series(
        name="asked for", frame="stages", x="t", y="rate", look="line", colour="ink", is_dashed=True
    )
    drawn.charts = [
        replace(chart, series=[*chart.series, asked]) if chart.name == "rates" else chart
        for chart in drawn.charts
    ]


def add_storm(run: Run, drawn: Drawn) -> None:
    """Add how many of the dropped are back, and what they tried for it."""
    seen = run.recovery
    if seen is None or not seen.timeline:
        return
    steps, width, (times, shares) = seen.timeline, step_s(seen), way_back(seen)
    drawn.frames["back"] = {"t": times, "share": shares}
    frame: Frame = {
        "t": [step.t for step in steps],
        "attempts": [step.attempts / width for step in steps],
        "handshakes": [step.handshakes / width for step in steps],
    }
    x = Axis(label="seconds since the drop", kind="second", group="drop", low=0.0, high=times[-1])
    back = Series(name="back", frame="back", x="t", y="share", look="step", colour="blue")
    y = Axis(label="share of the dropped that is back", kind="share", low=0.0, high=1.0)
    drawn.add(Chart(name="storm", title="Recovery", x=x, y=y, series=[back]))
    tried = [
        Series(name="attempts", frame="return", x="t", y="attempts", look="step", colour="vermilion"),
        Series(name="handshakes", frame="return", x="t", y="handshakes", look="step", colour="blue"),
    ]
    y = Axis(label="per second", kind="rate", low=0.0)
    drawn.add(Chart(name="attempts", title="Attempts to come back", x=x, y=y, series=tried))
    drawn.frames["return"] = frame


def add_slow(run: Run, drawn: Drawn) -> None:
    """Add how long broadcasts took in each block."""
    seen = run.penalty
    if seen is None or not any(block.p50 is not None for block in seen.blocks):
        return
    lines, frames = [], {}
    for is_slow, word in ((False, "at full speed"), (True, "slow readers")):
        blocks = [block for block in seen.blocks if block.is_slow is is_slow]
        key = "blocks-slow" if is_slow else "blocks-fast"
        frames[key] = {name: [getattr(one, name) for one in blocks] for name in ("t", "until", "p50", "p99")}
        for name, colour in (
            ("p50", "vermilion" if is_slow else "blue"),
            ("p99", "orange" if is_slow else "sky"),
        ):
            lines.append(
                Series(
                    name=f"{word}: {name}",
                    frame=key,
                    x="t",
                    until_x="until",
                    y=name,
                    look="spans",
                    colour=colour,  # type: ignore[arg-type]
                )
            )
    values = [value for block in seen.blocks for value in (block.p50, block.p99)]
    title = f"Completion time of the healthy: penalty {slow.times(seen.ratio)}"
    y = time_axis("completion time", values)
    chart = Chart(name="slow", title=title, x=run_axis(run), y=y, series=lines, phases=phases(run))
    drawn.add(chart, **frames)


def add_trends(run: Run, drawn: Drawn) -> None:
    """Add the medians of each figure of a long run, and the line through them with its interval."""
    for number, trend in enumerate(one for one in run.trends if one.per_hour is not None and one.blocks):
        name = trends.NAMES.get(trend.figure, trend.figure)
        key = f"trend-{number}"
        kind: Kind = "time" if trend.figure.endswith("_time") else _KINDS.get(trend.figure, "number")
        chart = Chart(
            name="trends",
            title=f"Trend of the {name}: {trends.verdict(trend)}",
            x=run_axis(run),
            y=Axis(label=name, kind=kind),
            series=_trend_lines(trend, key),
            phases=phases(run),
        )
        drawn.add(chart, **{key: _trend(trend)})


def _trend_lines(trend: Trend, key: str) -> list[Series]:
    colour: Colour = "vermilion" if trend.verdict == "growing" else "blue"
    bounds = [end for end in ("low", "high") if getattr(trend, end) is not None]
    line = Series(name=trends.verdict(trend), frame=key, x="t", y="line", look="line", colour=colour)
    return [
        Series(name="medians", frame=key, x="t", y="value", look="points", colour="ink"),
        line,
        *(replace(line, name=f"{end} end of 95 %", y=end, colour="sky", is_dashed=True) for end in bounds),
    ]


def _trend(trend: Trend) -> Frame:
    at, values = [block.t for block in trend.blocks], [block.value for block in trend.blocks]
    middle, level = sorted(at)[len(at) // 2], sorted(values)[len(values) // 2]
    slopes = {"line": trend.per_hour, "low": trend.low, "high": trend.high}
    lines = {
        name: [level + slope * (t - middle) / _S_PER_HOUR for t in at]
        for name, slope in slopes.items()
        if slope is not None
    }
    return {"t": at, "value": values, **lines}
