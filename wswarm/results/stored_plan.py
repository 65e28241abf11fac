"""What the settings of a stored plan may be: a run file may come from anywhere, and its readers count on these."""

from collections.abc import Mapping
from typing import Any

import msgspec

_NUMBERS = (
    *(
        "connections",
        "rate",
        "duration",
        "warmup",
        "drain",
        "connect_rate",
        "connect_timeout",
        "seed",
        "ping",
    ),
    *("processes", "publishers", "rooms", "size", "trace", "target_pid", "speed", "stay", "sessions"),
    *("drop", "before", "after", "patience", "slow", "read", "pairs", "swallows"),
)
_TEXTS = (
    *("url", "scenario", "profile", "topic", "event", "text", "json", "data", "origin", "cacert", "cert"),
    *("key", "sni", "driver", "probe", "how", "reconnect", "signal", "stay_law", "arrivals", "pacing"),
    *("publisher_url", "publish", "publish_body", "script", "session", "recording", "socket"),
)
_FLAGS = ("binary", "escape", "insecure", "deflate", "follow", "trends", "closed")
_LISTS = (
    *("set", "on_open", "refuse", "headers", "cookies", "subprotocols", "bind", "slo"),
    *("publisher_headers", "publish_headers"),
)
_KINDS: Mapping[Any, tuple[str, ...]] = {
    float | None: _NUMBERS,
    str | None: _TEXTS,
    bool | None: _FLAGS,
    tuple[str, ...] | None: _LISTS,
    tuple[bool, ...] | None: ("on_open_binary",),
    tuple[tuple[str, str], ...] | None: ("steps", "publisher_steps"),
    tuple[tuple[float, float], ...] | None: ("stages",),
}
StoredPlan = msgspec.defstruct(
    "StoredPlan", [(name, kind, None) for kind, names in _KINDS.items() for name in names]
)


def check(settings: Mapping[str, Any]) -> None:
    """Check that the settings are of the kinds that a plan has; those of other versions may be anything.

    Raises:
        msgspec.ValidationError: one is of another.
    """
    msgspec.convert(settings, StoredPlan)
