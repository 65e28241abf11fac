"""What a server says when it accepts connections: where it is, and which guards are on."""

from target_app.guard.unkept import UNKEPT
from target_app.settings import Settings

HARDENED = "target_app.main"  # the application that has settings


def is_hardened(app: str) -> bool:
    """Whether this import string is of the application that has settings."""
    return app.partition(":")[0] == HARDENED


def greeting(app: str, base: str, unguarded: str | None = None) -> str:
    """Where it is; of the hardened application also which guards are on, and which are not.

    Args:
        app: import string.
        base: its address.
        unguarded: uvicorn's name of the WebSocket protocol, if it is none of ours.
    """
    told = [f"{app.partition(':')[0]} at {base}/ (Ctrl-C stops it)"]
    if is_hardened(app):
        told.append(guards(Settings()))
        told += [] if unguarded is None else [f"not kept with --ws {unguarded}: {UNKEPT}"]
    return "\n".join(told)


def url(host: str, port: int, *, is_secure: bool = False) -> str:
    """The address without a path."""
    scheme = "https" if is_secure else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def guards(settings: Settings) -> str:
    """Which guards are on."""
    always = [
        f"origin {_origin(settings)}",
        f"message size {_size(settings.max_message)}",
        f"handshake deadline {settings.handshake_deadline:g} s",
        f"drain {settings.drain_deadline:g} s",
    ]
    limits = [f"{limit:g} {what}" for limit, what in _limits(settings) if limit is not None]
    tokens = _tokens(settings) if settings.tokens else []
    return "; ".join([f"guards: {always[0]}", *always[1:], *(tokens + limits or ["no tokens, caps or rate"])])


def _tokens(settings: Settings) -> list[str]:
    asked = f"tokens of {len(settings.tokens)}, refused {settings.refuse} accepting"
    most = settings.max_guesses
    return [asked] if most is None else [asked, f"{most} wrong ones a minute per address"]


def _limits(settings: Settings) -> list[tuple[float | None, str]]:
    return [
        (settings.max_connections, "connections per worker"),
        (settings.max_per_address, "per address"),
        (settings.max_per_user, "per user"),
        (settings.message_rate, "messages/s per connection"),
    ]


def _origin(settings: Settings) -> str:
    listed = f" and {len(settings.origins)} more" if settings.origins else ""
    return f"same host{listed}{', required' if settings.origin_required else ''}"


def _size(size: int) -> str:
    for unit, scale in (("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size % scale == 0:
            return f"{size // scale} {unit}"
    return f"{size} bytes"
