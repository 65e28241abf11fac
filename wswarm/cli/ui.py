"""`wswarm ui`: the workbench."""

import argparse
from pathlib import Path

from wswarm.cli.terminal import say
from wswarm.errors import PlanError, ResultError
from wswarm.installation import require

_MODULES = ("fastapi", "uvicorn")  # without the charts of a run's page it works all the same


def serve_workbench(parsed: argparse.Namespace) -> int:
    """Serve the reports of a folder until Ctrl-C, and return 0.

    Raises:
        PlanError: a package is missing, or the folder is one report. ResultError: there is no such folder.
        TargetError: nothing can listen there.
    """
    root = _folder(parsed.folder)
    require("ui", "the workbench", _MODULES)
    from wswarm.ui.places import is_one_report  # loads them, as the next
    from wswarm.ui.server import serve

    if is_one_report(root):
        raise PlanError(f"{parsed.folder} is one report: name the folder that holds it, {root.parent}")
    serve(root, parsed.host, parsed.port, tell=say, is_opened=not parsed.no_open)
    return 0


def _folder(given: Path) -> Path:
    try:
        root = given.resolve()
        is_there = root.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise ResultError(f"{given} can't be read: {error}") from None
    if not is_there:
        raise ResultError(
            f"{given} is no folder: name one with reports, such as the one that 'wswarm echo -o' writes to"
        )
    return root
