"""What connections of one kind are for."""

from typing import Literal

from wswarm.results.scenario import BROADCASTS

Role = Literal["connect", "echo", "subscribe", "publish", "script", "replay"]

_PUBLISHED: tuple[Role, ...] = ("subscribe", "publish")

ROLES: dict[str, tuple[Role, ...]] = {
    "connect": ("connect",),
    "echo": ("echo",),
    "script": ("script",),
    "replay": ("replay",),
    **dict.fromkeys(BROADCASTS, _PUBLISHED),
}
"""The roles of a scenario's connections."""
