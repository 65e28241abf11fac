"""Runs that were cut short: what their checkpoints are made into."""

from pathlib import Path

from wswarm.errors import ResultError
from wswarm.report import store
from wswarm.report.checkpoints import CHECKPOINTS_FILE, last_checkpoint


def recover(path: Path) -> None:
    """Make a run of its last checkpoint, if the path is that of a run or suite that was cut short, or of its folder.

    Raises:
        ResultError: it can't be read or written.
    """
    folder = path.parent if path.name in (store.RUN_FILE, store.INDEX_FILE) else path
    if (folder / CHECKPOINTS_FILE).exists():
        _recover_run(folder)
    elif folder.is_dir() and not any((folder / name).exists() for name in (store.RUN_FILE, store.INDEX_FILE)):
        _recover_suite(folder)


def _recover_run(folder: Path) -> None:
    run, file = last_checkpoint(folder), folder / store.RUN_FILE
    if run is None and not file.exists():
        raise ResultError(
            f"{folder} holds nothing but the beginning of a run that was killed at once: run it again"
        )
    if run is None or (file.exists() and store.load(file)[0].started_at == run.started_at):
        store.forget(folder, CHECKPOINTS_FILE)  # it was killed when all was done
    else:
        store.keep(run, folder)


def _recover_suite(folder: Path) -> None:
    """Make an index of the runs that there are, if there are some."""
    parts = [one for one in sorted(folder.iterdir()) if (one / CHECKPOINTS_FILE).exists()]
    for part in parts:
        _recover_run(part)
    runs = [run for one in sorted(folder.glob(f"*/{store.RUN_FILE}")) for run in store.load(one)]
    if parts:
        store.keep_suite(sorted(runs, key=lambda run: run.started_at), folder)
