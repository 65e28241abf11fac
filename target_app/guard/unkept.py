"""What only our own protocols keep, and who is told where another serves."""

import logging

from target_app.settings import Settings

UNKEPT = "a fair share of the server for each client, deadlines of messages and of silence, pings in the rate"
_DEADLINES = ("message_deadline", "idle_deadline")

_log = logging.getLogger("target_app")


def warn() -> None:
    """Say that the server is none of ours, of which some keep some of it."""
    _log.warning("this server may not keep what wswarm serve does: %s", UNKEPT)


def asked_in_vain(settings: Settings) -> list[str]:
    """Deadlines that somebody has set and nobody would keep."""
    return [
        name
        for name in _DEADLINES
        if name in settings.model_fields_set and getattr(settings, name) is not None
    ]
