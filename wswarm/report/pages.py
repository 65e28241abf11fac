"""The pages and pictures of runs, beside their files: made from those, and nowhere read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from wswarm.errors import ResultError
from wswarm.report.drawing import settings_folder
from wswarm.report.whole_file import write_file
from wswarm.results.run import Run

PAGE_FILE = "report.html"
PICTURES = (
    "connections",
    "percentiles",
    "over-time",
    "fanout",
    "storm",
    "slow",
    "stages",
    "trends",
    "probe",
)


def write_pages(
    runs: Sequence[Run],
    folders: Sequence[Path],
    top: Path,
    failures: Mapping[str, str] = MappingProxyType({}),
    *,
    plots: bool,
    svg: bool = False,
    drawn: Collection[Path] = (),
    in_two: bool = False,
) -> Exception | None:
    """Replace the pictures of runs, and the pages that hold them; return why a picture is missing, if one is.

    Args:
        runs: What was measured; `folders`: where each is, which is where its pictures go.
        top: The folder of the page with all of them.
        failures: By scenario that has no run, why it could not be measured.
        plots: Whether to draw; pages without pictures are made otherwise.
        svg: Draw SVG beside PNG, and put those into the pages.
        drawn: Folders whose pictures have just been drawn.
        in_two: Draw half of them in a process of its own; only where there are no threads.

    Raises:
        ResultError: a file can't be written.
    """
    missing = [(run, folder) for run, folder in zip(runs, folders, strict=True) if folder not in drawn]
    for _, folder in missing:
        forget_pictures(folder)
    failure = _draw(missing, top, svg=svg, in_two=in_two) if plots and missing else None
    from wswarm.report.html import render  # its templates take long to load: the figures have been shown

    pictures = [pictures_in(folder, svg=svg) for folder in folders]
    for run, folder, own in zip(runs, folders, pictures, strict=True):
        if folder != top:
            write_file(folder / PAGE_FILE, render([run], [own]))
    write_file(top / PAGE_FILE, render(runs, pictures, failures))
    return failure


def forget_pictures(folder: Path, names: Iterable[str] = PICTURES) -> None:
    """Remove the pictures of a run, or those of these names, that were in the folder before.

    Raises:
        ResultError: they can't be removed.
    """
    try:
        for name in names:
            for suffix in (".png", ".svg"):
                (folder / f"{name}{suffix}").unlink(missing_ok=True)
    except OSError as error:
        raise ResultError(f"{folder} can't be changed: {error.strerror or error}") from error


def pictures_in(folder: Path, *, svg: bool) -> dict[str, bytes]:
    """Return the folder's pictures by name.

    Raises:
        ResultError: one can't be read.
    """
    files = [folder / f"{name}{'.svg' if svg else '.png'}" for name in PICTURES]
    try:
        return {file.stem: file.read_bytes() for file in files if file.exists()}
    except OSError as error:
        raise ResultError(f"{folder}: a picture can't be read: {error.strerror or error}") from error


def undrawn(top: Path, why: str) -> ResultError:
    """Return the error that pictures are missing, with what draws them."""
    return ResultError(
        f"{top}: the pictures could not be drawn ({why}); the run files and summaries are safe:"
        f" try again with 'wswarm report {top}'"
    )


def _draw(missing: Sequence[tuple[Run, Path]], top: Path, *, svg: bool, in_two: bool) -> Exception | None:
    """Draw the pictures of runs into their folders; return what went wrong, if anything."""
    try:
        with settings_folder(top):
            # matplotlib takes half a second to import: only when drawing
            from wswarm.report.plots import draw

            return draw(missing, svg=svg, in_two=in_two)
    except Exception as error:  # whatever the drawing library raises, the run is worth more than its pictures
        return error
