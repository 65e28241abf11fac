"""The plan of a script: the file looked through, and the target that it or the caller names."""

import inspect
from pathlib import Path
from typing import Any, NamedTuple

from wswarm.drive.script.file import Session as Session
from wswarm.drive.script.file import address_in
from wswarm.drive.script.file import check_script as check_script
from wswarm.errors import PlanError
from wswarm.load.plan import Plan, make_plan
from wswarm.load.script import SESSION

_ANYWHERE = "ws://127.0.0.1"  # the reference application's address is not known before it has started


class Planned(NamedTuple):
    """A script's plan, and whether its target is a reference application that has to be started."""

    plan: Plan
    is_reference: bool


def source_of(session: Session | str | Path) -> dict[str, str]:
    """Return the settings that name a script: of a path, or of a function that agents find again in its file.

    Raises:
        PlanError: the function is no coroutine, or not one at the top level of a file.
    """
    if isinstance(session, str | Path):
        return {"script": str(session)}
    name = getattr(session, "__qualname__", "")
    try:
        path = inspect.getsourcefile(session)
    except TypeError:
        path = None
    if path is None or not name.isidentifier() or not Path(path).is_file():
        raise PlanError(
            f"{session!r} can't be found again by another process: define 'async def session(ws)' at the top level"
            " of a file"
        )
    return {"script": path, "session": name}


def plan_of_script(url: str | None, **settings: Any) -> Planned:
    """Return the plan of the file in setting `script`; without a URL that which the script names, if it does.

    Raises:
        PlanError: the file is no script, or a setting can't be.
    """
    path = settings["script"]
    check_script(path, settings.get("session") or SESSION)
    address = url or address_in(path)
    if address is None:
        settings.setdefault("profile", "echo")
    return Planned(make_plan("script", address or _ANYWHERE, **settings), address is None)
