"""Which charts a run has, the one that says most first."""

from wswarm.report.charts import changing, distributions, run_time
from wswarm.report.charts.chart import Axis, Drawn, rounded, time_axis
from wswarm.report.compared import compared
from wswarm.results.run import Run


def drawn(run: Run) -> Drawn:
    """Return the charts, their figures and the tables of a run; what it lacks leaves no trace."""
    found = Drawn()
    found.frames["seconds"] = rounded(run_time.seconds_frame(run))
    axis = _time_axis(run)
    changing.add_storm(run, found)
    changing.add_slow(run, found)
    run_time.add_times(run, found, axis)
    distributions.add_distributions(run, found, axis)
    run_time.add_broadcasts(run, found, axis)
    run_time.add_rates(run, found)
    changing.add_stages(run, found)
    changing.add_trends(run, found)
    distributions.add_probe(run, found, axis)
    run_time.add_connections(run, found)
    run_time.add_tables(run, found)
    found.forget_unused()
    return found


def _time_axis(run: Run) -> Axis:
    """Return the axis of times that percentiles, histogram, seconds and broadcasts share."""
    values = [getattr(row, name) for row in run.series for name in run_time.TIMED]
    for seen in distributions.measured(compared(run)).values():
        values += [seen.min, seen.max]
    rows = run.fanout.per_broadcast if run.fanout is not None else []
    values += [value for row in rows for value in (row.first, row.last)]
    return time_axis(run_time.time_word(run), values, run_time.TIME)
