"""What connections of one kind are for."""

from typing import Literal

Role = Literal["connect", "echo", "subscribe", "publish", "script", "replay"]

ROLES: dict[str, tuple[Role, ...]] = {
    "connect": ("connect",),
    "echo": ("echo",),
    "fanout": ("subscribe", "publish"),
    "script": ("script",),
    "replay": ("replay",),
}
"""The roles of a scenario's connections."""
