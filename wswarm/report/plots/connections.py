"""Open connections over time, with the handshakes below."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wswarm.report.format import count, number
from wswarm.report.plots import canvas
from wswarm.results.run import Handshake, Run


def draw(run: Run) -> Figure | None:
    """Return the picture, or `None` for a run without a series."""
    if not run.series:
        return None
    what = "Population" if run.population is not None else "Open connections"
    drawn = canvas.figure(run, f"{what} over time")
    shakes = run.connections.handshakes
    has_failures = any(second.failed for second in run.series)
    panels = canvas.stacked(drawn, [3.0, *([1.9] if shakes else []), *([1.0] if has_failures else [])])
    _open(run, panels[0])
    if shakes:
        _handshakes(shakes, panels[1])
    if has_failures:
        canvas.bars_per_second(panels[-1], run, "failed")
    canvas.shade_phases(run, panels)
    return drawn


def _open(run: Run, axes: Axes) -> None:
    """Draw each change of the open sockets; nothing is open when the run begins."""
    timeline = run.connections.timeline
    moments = [0.0, *(moment.t for moment in timeline)]
    sockets = [0, *(moment.open for moment in timeline)]
    moments.append(max(run.phases.end, moments[-1]))
    sockets.append(sockets[-1])
    axes.fill_between(moments, sockets, step="post", color=canvas.SKY, alpha=0.35, linewidth=0)
    label = f"open (peak {count(run.connections.peak)})"
    axes.step(moments, sockets, where="post", color=canvas.BLUE, linewidth=1.8, label=label)
    times, asked, name = _asked(run, moments[-1])
    axes.plot(times, asked, color=canvas.INK, linestyle="--", linewidth=1, label=name)
    axes.set_ylabel("open connections")
    axes.set_ylim(0, max(*asked, *sockets, 1) * 1.08)
    canvas.count_axis(axes)
    canvas.legend(axes)


def _asked(run: Run, end: float) -> tuple[list[float], list[float], str]:
    """Return how many connections there were to be when, and what that is called."""
    if run.population is not None:
        expected = run.population.expected
        return [0.0, end], [expected] * 2, f"expected {number(expected)}"
    if run.stages and run.scenario == "connect":
        times, values, moment = [run.phases.hold], [0.0], run.phases.hold
        for length_s, value in run.plan["stages"]:
            moment += length_s
            times.append(moment)
            values.append(value)
        return times, values, "asked for"
    requested = run.connections.requested
    return [0.0, end], [requested] * 2, f"requested {count(requested)}"


def _handshakes(shakes: list[Handshake], axes: Axes) -> None:
    times = [shake.time for shake in shakes]
    axes.plot(
        [shake.t for shake in shakes],
        times,
        linestyle="none",
        marker="o",
        markersize=3.5,
        markeredgewidth=0,
        alpha=0.5,
        color=canvas.BLUE,
        label="each handshake, when it was done",
    )
    axes.set_ylabel("handshake time")
    canvas.scale_time(axes.yaxis, times)
    canvas.legend(axes)
