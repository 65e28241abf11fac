"""Attributes that nobody reads although they look as if somebody should: misspelt, or meant for `settings`."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from locust import User

from wswarm.load.plan import Plan
from wswarm.locust.manner import ELSEWHERE
from wswarm.locust.users import WebSocketUser

_VALUES = (
    *("url", "profile", "rate", "rate_per_user", "text", "publishers", "rooms", "settings", "scenario"),
    *("host", "weight", "fixed_count", "wait_time", "script", "session", "data"),
)
_METHODS = ("on_message", "on_start", "on_stop")
_ALIKE = 0.8


def strangers(user: type[User]) -> list[str]:
    """Return a line for each attribute of a user class that was probably meant otherwise."""
    names = {name: value for cls in reversed(_own(user)) for name, value in vars(cls).items()}
    return list(_told(user.__name__, names.items()))


def strangers_of(user: User) -> list[str]:
    """Return likewise what was set on one user."""
    return list(_told(type(user).__name__, vars(user).items()))


def _own(user: type[User]) -> list[type]:
    """Return the classes between the user's and ours."""
    return [cls for cls in user.__mro__ if cls not in WebSocketUser.__mro__]


def _told(owner: str, attributes: Iterable[tuple[str, object]]) -> Iterator[str]:
    for name, value in attributes:
        if name.startswith("_") or hasattr(WebSocketUser, name) or name in _OF_LOCUST:
            continue
        known = _METHODS if callable(value) else _VALUES
        swapped = [one for one in known if sorted(one) == sorted(name)]
        alike = swapped or get_close_matches(name, known, 1, _ALIKE)
        if name in Plan.__struct_fields__ and not callable(value):
            where = ELSEWHERE.get(name, f"settings: settings = {{{name!r}: …}}")
            yield f"{owner}.{name} is not read here: that is for {where}"
        elif alike:
            yield f"{owner}.{name} is not read: did you mean {alike[0]}?"


_OF_LOCUST = {"environment", "client", "abstract"}
