"""Users that live a script of `wswarm script`, each on a connection of its own.

::

    from wswarm.locust import ScriptUser

    class Visitor(ScriptUser):
        script = "session.py"
        data = "users.csv"
"""

import inspect
from collections.abc import Sequence
from pathlib import Path

import msgspec
from locust import User
from locust.env import Environment

from wswarm.drive.fleet import wire
from wswarm.errors import PlanError
from wswarm.experiment.data_file import read_data
from wswarm.load.script import SESSION
from wswarm.locust.users import WebSocketUser


class ScriptUser(WebSocketUser):
    """One connection that lives a session of a script; subclass it.

    The session runs in the agent, not in Locust's process, and its steps are rows of Locust's table. A session that
    returns is not begun again; the user stays until Locust stops it.

    Attributes:
        script: The file; a path that is not absolute is looked for beside the locustfile, then in the current folder.
        session: The function's name.
        data: A CSV file of which each user has a row, taken in turn, as `ws.data`; looked for likewise.
    """

    abstract = True
    script: str | Path = ""
    session: str = SESSION
    data: str | Path | None = None

    @classmethod
    def role(cls) -> wire.Role:
        """Return what the engine takes them for: connections that nothing of ours is sent on."""
        return "connect"


class Rows:
    """The rows of data of each class at one station, read when its first user comes."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[list[str], list[list[str]]]] = {}

    def added_to(self, join: wire.Join, user: type[User], number: int) -> wire.Join:
        """Return the command to open a connection with the row of the user with that number.

        Raises:
            PlanError, ResultError: there is none.
        """
        data = getattr(user, "data", None)
        if not issubclass(user, ScriptUser) or data is None:
            return join
        if user.__name__ not in self._known:
            self._known[user.__name__] = read_data(path_of(user, data))
        columns, rows = self._known[user.__name__]
        if not rows:
            raise PlanError(f"{user.__name__}.data {str(data)!r} has no row: add one per user")
        row = [*(join.data[0] if join.data else []), *rows[(number - 1) % len(rows)]]
        return msgspec.structs.replace(join, columns=[*join.columns, *columns], data=[row])


def script_of(user: type[User]) -> dict[str, str]:
    """Return the settings of a plan that name the class's script; none if it has none.

    Raises:
        PlanError: it ought to have one.
    """
    if not issubclass(user, ScriptUser):
        return {}
    if not user.script:
        raise PlanError(f"{user.__name__} has no script: give it script = 'session.py'")
    return {"script": path_of(user, user.script), "session": user.session}


def here(groups: Sequence[wire.Group], environment: Environment) -> list[wire.Group]:
    """Return the groups with their scripts where this machine has them."""
    paths = {user.__name__: script_of(user).get("script") for user in environment.user_classes}
    return [_with_path(group, paths.get(group.name)) for group in groups]


def path_of(user: type[User], path: str | Path) -> str:
    """Return where a file of a class is: beside its own, or in the current folder."""
    try:
        beside = Path(inspect.getfile(user)).parent / path
    except (TypeError, OSError):
        return str(path)
    return str(beside if beside.exists() else path)


def _with_path(group: wire.Group, path: str | None) -> wire.Group:
    if group.script is None or path is None:
        return group
    return msgspec.structs.replace(group, script=msgspec.structs.replace(group.script, path=path))
