"""The plan of a script: the file looked through, and the target that it or the caller names."""

from typing import Any, NamedTuple

from wswarm.drive.script.file import address_in, check_script
from wswarm.load.plan import Plan, make_plan
from wswarm.load.script import SESSION

_ANYWHERE = "ws://127.0.0.1"  # the reference application's address is not known before it has started


class Planned(NamedTuple):
    """A script's plan, and whether its target is a reference application that has to be started."""

    plan: Plan
    is_reference: bool


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
