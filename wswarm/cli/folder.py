"""The folder of a command's report."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from wswarm.errors import PlanError, ResultError
from wswarm.report import folders


@contextmanager
def report_folder(wanted: Path | None, name: str, besides: Iterable[Path | None] = ()) -> Iterator[Path]:
    """Yield a folder that can be written; folders made for a run that then failed do not stay behind empty.

    Args:
        wanted: What was asked for, empty or with an earlier report; `None`: a new one below `reports`.
        besides: Files that may be in it all the same, as this command writes them.

    Raises:
        PlanError: it can't be written, or holds what is no report.
    """
    made = _missing(wanted or folders.DEFAULT_ROOT)
    try:
        if wanted is not None:
            check_own(wanted, [path for path in besides if path is not None])
        folder = wanted or folders.new_folder(None, name, datetime.now(UTC))
        folders.prepare(folder)
    except ResultError as error:
        raise PlanError(f"-o {wanted}: {error}" if wanted else str(error)) from None
    try:
        yield folder
    except BaseException:
        with suppress(OSError):
            for path in made if wanted else [folder, *made]:
                path.rmdir()
        raise


def check_own(folder: Path, besides: Collection[Path] = ()) -> None:
    """Check that the folder holds nothing but an earlier report of ours, if anything.

    Args:
        besides: Files that may be in it all the same.

    Raises:
        PlanError: it does.
    """
    found = folders.stranger(folder, besides)
    if found is not None:
        raise PlanError(
            f"-o {folder} holds {found!r}, which is no report of wswarm's: choose an empty or a new folder, such as"
            f" -o {folder / 'wswarm'}"
        )


def _missing(folder: Path) -> list[Path]:
    """Return the folder and those above it, as far as they are not there, innermost first."""
    try:
        return [path for path in (folder, *folder.parents) if not path.exists()]
    except OSError:  # a name too long, a loop of links: `prepare` says so
        return []
