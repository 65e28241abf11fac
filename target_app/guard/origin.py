"""Which web pages may connect: browsers send cookies along with a WebSocket that any page opens."""

from urllib.parse import urlsplit

from target_app.settings import Settings


def is_known(origin: str | None, host: str, settings: Settings) -> bool:
    """Whether a page of this origin may connect to this host (RFC 6455, 10.2); CORS does not apply to WebSockets.

    A page from the host and port that it connects to is known, and so are the origins of the setting. A client
    that sends no ``Origin`` is no browser and brings nobody else's cookies; a setting may ask for one all the same.

    Args:
        origin: the header ``Origin``.
        host: the header ``Host``.
        settings: which others there are.
    """
    if origin is None:
        return not settings.origin_required
    return origin in settings.origins or (_host(origin) or None) == host.lower()


def _host(origin: str) -> str:
    """The host and port of an origin, nothing for what is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
