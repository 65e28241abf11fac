"""Recordings as tools make them, in their own units of time, and as they are once read."""

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from wswarm.load.recording import Recorded, Recording

STARTED = "2026-11-29T10:00:00.000Z"
STARTED_S = 1_795_946_400.0
MONOTONIC_S = 2_291.0
Said = tuple[float, str, str | bytes]
"""Seconds since the socket was opened, `>` sent or `<` received, and the message."""

CHAT: tuple[Said, ...] = (
    (0.25, ">", "hé"),
    (0.5, "<", "hé"),
    (0.75, ">", b"\x00\xff"),
    (1.0, "<", b"\x00\xff"),
)


def entry(
    url: str,
    messages: Iterable[dict[str, Any]] | None,
    headers: Iterable[tuple[str, str]] = (),
    cookies: Iterable[tuple[str, str]] = (),
    status: int = 101,
    **more: Any,
) -> dict[str, Any]:
    """One entry of a HAR; without messages if these are `None`."""
    own = [("Upgrade", "websocket"), ("Sec-WebSocket-Key", "x"), ("Host", "recorded.example"), *headers]
    found: dict[str, Any] = {
        "startedDateTime": STARTED,
        "request": {
            "method": "GET",
            "url": url,
            "headers": [{"name": name, "value": value} for name, value in own],
            "cookies": [{"name": name, "value": value} for name, value in cookies],
        },
        "response": {"status": status, "content": {"size": 0}},
    }
    if messages is not None:
        found["_webSocketMessages"] = list(messages)
    return found | more


def message(said: Said, time: float) -> dict[str, Any]:
    """One message with its time as the tool writes it."""
    _, way, payload = said
    text = payload if isinstance(payload, str) else b64encode(payload).decode()
    kind = "send" if way == ">" else "receive"
    return {"type": kind, "time": time, "opcode": 1 if isinstance(payload, str) else 2, "data": text}


def har(*entries: dict[str, Any], creator: str = "WebInspector") -> dict[str, Any]:
    """A HAR of these entries, after one of the page itself."""
    page = {"request": {"method": "GET", "url": "http://recorded.example/"}, "response": {"status": 200}}
    return {
        "log": {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": [page, *entries]}
    }


def chrome(said: Iterable[Said], url: str = "wss://recorded.example/ws", **more: Any) -> dict[str, Any]:
    """As Chrome's network panel exports it: seconds since 1970."""
    messages = [message(one, STARTED_S + one[0]) for one in said]
    return har(entry(url, messages, _resourceType="websocket", **more))


def playwright(said: Iterable[Said], url: str = "ws://recorded.example/ws", **more: Any) -> dict[str, Any]:
    """As Playwright records it: milliseconds since 1970."""
    messages = [message(one, (STARTED_S + one[0]) * 1000) for one in said]
    return har(entry(url, messages, _resourceType="websocket", **more), creator="Playwright")


def minimal(said: Iterable[Said], url: str = "ws://recorded.example/ws", **more: Any) -> dict[str, Any]:
    """As Playwright records it with `mode: 'minimal'`: no times."""
    messages = [message(one, -1) for one in said]
    return har(entry(url, messages, _resourceType="websocket", time=-1, **more), creator="Playwright")


def mitmproxy(said: Iterable[Said], url: str = "https://recorded.example/ws", **more: Any) -> dict[str, Any]:
    """As mitmproxy saves it: seconds since 1970, and the address of the HTTP request."""
    messages = [message(one, STARTED_S + one[0]) for one in said]
    return har(entry(url, messages, _resourceType="websocket", **more), creator="mitmproxy")


def capturer(said: Iterable[Said], url: str = "ws://recorded.example/ws", **more: Any) -> dict[str, Any]:
    """As chrome-har-capturer writes it: seconds of a clock that began with the machine."""
    messages = [message(one, MONOTONIC_S + one[0]) for one in said]
    return har(entry(url, messages, _resourceType="websocket", **more), creator="Chrome HAR Capturer")


def recorded(*said: Said) -> tuple[Recorded, ...]:
    """Messages as they are once read."""
    return tuple(
        Recorded(
            round(at * 1e9),
            way == ">",
            isinstance(payload, bytes),
            payload if isinstance(payload, bytes) else payload.encode(),
        )
        for at, way, payload in said
    )


def talk(*lines: str) -> tuple[Recorded, ...]:
    """Text messages a tenth of a second apart, each written as `> sent` or `< received`."""
    return recorded(*((place / 10, line[0], line[2:]) for place, line in enumerate(lines)))


def recording(*lines: str, url: str = "ws://recorded.example/ws", **more: Any) -> Recording:
    """A recording of such a talk."""
    return Recording(url, talk(*lines), **more)
