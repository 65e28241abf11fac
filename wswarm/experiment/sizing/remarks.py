"""What a reader of a model has to know of how it was measured."""

from collections.abc import Iterator

from wswarm.experiment.sizing.measuring import Measuring
from wswarm.experiment.sizing.setting import Setting

_LIGHT = 0.2  # of a core
_CROWD = 0.4  # cores


def remarks(setting: Setting, measuring: Measuring, *, was_interrupted: bool) -> Iterator[str]:
    """Yield what limits the model beside its errors, each with what to do where something can be done."""
    cells, wanted = measuring.cells, measuring.wanted
    if was_interrupted:
        yield f"interrupted after {len(cells)} of {wanted} cells"
    elif measuring.gone is not None:
        yield f"the target is gone after {len(cells)} of {wanted} cells: {measuring.gone}"
    elif measuring.is_cut:
        yield f"--budget was over after {len(cells)} of {wanted} cells: allow more"
    if not setting.is_fresh:
        yield (
            "the server was there already, so that nothing is known of how starts differ, nor of other numbers of"
            " workers: --serve starts it anew for each cell"
        )
    elif measuring.repetitions == 1:
        yield "each cell was measured on one server only: more --starts, or more --budget, measure each on several"
    if setting.scenario == "fanout" and setting.rooms == 1:
        yield "fan-out and connections are the same in all cells: --rooms with {room} varies them apart"
    yield from (f"left out: {one}" for one in measuring.left_out)
    yield from _doubts(measuring)


def _doubts(measuring: Measuring) -> Iterator[str]:
    """Yield what the cells that there are do not tell."""
    cells = measuring.cells
    busiest = max((cell.utilisation for cell in cells), default=0.0)
    if cells and busiest < _LIGHT:
        crowd = f", as others used {measuring.others:.1f} cores" if measuring.others > _CROWD else ""
        yield (
            f"no worker was more than {busiest:.0%} busy{crowd}, so that nothing is known of loads that are heavy:"
            " use a machine with more cores to spare, or raise -c or -r"
        )
    if measuring.untimed:
        yield (
            f"{len(measuring.untimed)} of {len(cells)} cells have no times, while their CPU and counts stand; the"
            f" first: {measuring.untimed[0]}"
        )
    if measuring.disturbed:
        yield (
            f"{len(measuring.disturbed)} of {len(cells)} cells were disturbed, so that times may be too long; the"
            f" first: {measuring.disturbed[0]}"
        )
    if cells and all(cell.kernel_memory is None for cell in cells):
        yield "the kernel's memory for connections is not known: only root may read /proc/slabinfo"
