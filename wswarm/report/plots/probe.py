"""The load's times beside the quiet probe's: drawn where they are apart."""

from matplotlib.figure import Figure

from wswarm.report.plots.curves import curves_of
from wswarm.report.plots.percentiles import picture
from wswarm.results.run import Run


def draw(run: Run) -> Figure | None:
    """Return the picture, `None` where the load did not read late."""
    if run.probe is None or run.probe.verdict != "late":
        return None
    found = curves_of({"load": run.probe.beside, "probe": run.probe.time})
    return picture(run, "The load's times beside the quiet probe's", found) if found else None
