"""Which web pages may connect: browsers send cookies along with a WebSocket that any page opens."""

from urllib.parse import urlsplit

from fastapi import WebSocket, WebSocketException, status

from target_app.settings import Settings


async def known_origin(websocket: WebSocket) -> None:
    """Refuse a browser whose page comes from elsewhere (RFC 6455, 10.2); CORS does not apply to WebSockets.

    A page from the host and port that it connects to is known, and so are the origins of the setting. A client
    that sends no ``Origin`` is no browser and brings nobody else's cookies.

    Raises:
        WebSocketException: the origin is not known; before the connection is accepted, so HTTP 403.
    """
    settings: Settings = websocket.app.state.settings
    origin = websocket.headers.get("origin")
    if origin is None or origin in settings.origins:
        return
    host = _host(origin)
    if not host or host != websocket.headers.get("host", "").lower():
        raise WebSocketException(status.WS_1008_POLICY_VIOLATION, "this origin is not known here")


def _host(origin: str) -> str:
    """Return the host and port of an origin, nothing for what is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
