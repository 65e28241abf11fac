"""The WebSockets of a HAR file, decoded: as Chrome, Playwright, mitmproxy and chrome-har-capturer write them.

`time` of a message has several units: seconds since 1970 (Chrome, mitmproxy), milliseconds since 1970 (Playwright),
seconds of some clock (chrome-har-capturer), -1 for unknown (Playwright's `mode: 'minimal'`).
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from calendar import timegm
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from wswarm.errors import PlanError
from wswarm.load.recording import Recorded, Recording
from wswarm.units import NS_PER_S

Attached = Callable[[str], str | None]
"""The text of a file beside the recording, by its name; `None`: there is none."""

_EPOCH_MS, _EPOCH_S = 1e11, 1e8  # both are 1973: no clock that begins with the machine gets there
_TEXT, _BINARY, _CONTROL = 1, 2, range(8, 16)
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?P<fraction>\.\d+)?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))"
)
_OF_HANDSHAKE = {
    *("host", "upgrade", "connection", "content-length", "transfer-encoding", "te", "keep-alive"),
    *("proxy-connection", "proxy-authorization", "cookie", "origin"),
}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_LEAST = 6


def sockets_of(har: Any, attached: Attached) -> list[Recording]:
    """Return the recorded WebSockets in their order, also those without messages.

    Args:
        har: The file as decoded from JSON.
        attached: Reads what is beside it, which is where Playwright's `content: 'attach'` puts the messages.

    Raises:
        PlanError: it is no HAR, or what it says of a message can't be; the name of the file is left to the caller.
    """
    log = har.get("log") if isinstance(har, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise PlanError("is no HAR: it has no log.entries; export one with Chrome, Playwright or mitmproxy")
    sockets = [entry for entry in entries if _is_socket(entry)]
    return [_socket(entry, attached, f"WebSocket {number}") for number, entry in enumerate(sockets, start=1)]


def why_empty(har: Any, sockets: int) -> str:
    """Return why a HAR has no messages of its WebSockets, and what to do."""
    creator = str(_mapping(_mapping(_mapping(har).get("log")).get("creator")).get("name", ""))
    if "firefox" in creator.lower():
        return "was made by Firefox, which stores no WebSocket messages: record with Chrome, Playwright or mitmproxy"
    if not sockets:
        return "has no WebSocket: open the recorder's network panel before the page opens its socket"
    return (
        f"has {sockets} WebSocket{'s'[: sockets > 1]}, but no messages of any: record with Chrome, mitmproxy, or"
        " Playwright without content: 'omit'"
    )


def given_by_http(har: Any, values: Mapping[str, str]) -> dict[str, str]:
    """Return which values stand in an HTTP response of the recording: by name, the address without its query."""
    found: dict[str, str] = {}
    wanted = {name: value for name, value in values.items() if len(value) >= _LEAST}
    entries = _mapping(_mapping(har).get("log")).get("entries") or ()
    for entry in (_mapping(one) for one in entries if wanted and not _is_socket(one)):
        text = str(_mapping(_mapping(entry.get("response")).get("content")).get("text", ""))
        for name, value in wanted.items():
            if name not in found and value in text:
                found[name] = str(_mapping(entry.get("request")).get("url", "")).partition("?")[0]
    return found


def _is_socket(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    if "_webSocketMessages" in entry or entry.get("_resourceType") == "websocket":
        return True
    request = _mapping(entry.get("request"))
    is_upgraded = _mapping(entry.get("response")).get("status") == 101
    return is_upgraded or str(request.get("url", "")).startswith(("ws://", "wss://"))


def _socket(entry: Mapping[str, Any], attached: Attached, name: str) -> Recording:
    request = _mapping(entry.get("request"))
    url = _websocket_url(str(request.get("url", "")))
    headers = list(_pairs(request.get("headers")))
    moments = [*_messages(entry, attached, name)]
    messages, has_times = _timed(moments, _started_s(entry))
    sent = [one.strip() for name, value in headers if name.lower() == "cookie" for one in value.split(";")]
    cookies = sent or ["=".join(one) for one in _pairs(request.get("cookies"))]
    return Recording(
        url=url,
        messages=messages,
        headers=tuple(pair for pair in headers if _is_own(*pair)),
        cookies=tuple(
            one for one in cookies if one.partition("=")[1] and one.isprintable() and ";" not in one
        ),
        subprotocols=tuple(filter(_TOKEN.fullmatch, _listed(headers, "sec-websocket-protocol"))),
        origin=next((value for name, value in headers if name.lower() == "origin"), None),
        has_times=has_times,
    )


def _messages(entry: Mapping[str, Any], attached: Attached, socket: str) -> Iterator[tuple[Any, Recorded]]:
    """Yield `time` of each message as it stands there, and the message without it."""
    found = entry.get("_webSocketMessages")
    if found is None:
        found = _attached_messages(entry, attached, socket)
    for number, message in enumerate(found if isinstance(found, list) else [], start=1):
        told = _mapping(message)
        if told.get("type") not in ("send", "receive"):
            continue  # Chrome notes errors among them
        opcode, text = told.get("opcode", _TEXT), told.get("data", "")
        if opcode in _CONTROL:
            continue
        if opcode not in (_TEXT, _BINARY) or not isinstance(text, str):
            raise PlanError(
                f"has a message that can't be read: number {number} of {socket} has opcode {opcode!r}"
            )
        payload = _bytes_of(text, number, socket) if opcode == _BINARY else text.encode("utf-8", "replace")
        yield told.get("time"), Recorded(0, told["type"] == "send", opcode == _BINARY, payload)


def _attached_messages(entry: Mapping[str, Any], attached: Attached, socket: str) -> list[Any]:
    name = _mapping(_mapping(entry.get("response")).get("content")).get("_file")
    if not isinstance(name, str) or not name.endswith(".jsonl"):
        return []
    text = attached(name)
    if text is None:
        raise PlanError(
            f"keeps the messages of {socket} in {name!r}, which is not beside it: give the whole .zip"
        )
    try:
        return [msgspec.json.decode(line) for line in text.splitlines() if line.strip()]
    except msgspec.DecodeError as error:
        raise PlanError(
            f"keeps the messages of {socket} in {name!r}, which is not JSON lines: {error}"
        ) from None


def _bytes_of(text: str, number: int, socket: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except Base64Error:
        raise PlanError(
            f"has a message that can't be read: number {number} of {socket} is binary and not base64"
        ) from None


def _timed(moments: list[tuple[Any, Recorded]], started_s: float | None) -> tuple[tuple[Recorded, ...], bool]:
    """Return the messages in order with their offsets, and whether there are any."""
    times = [_seconds(time) for time, _ in moments]
    known = [time for time in times if time is not None]
    if not known or len(known) < len(times):
        return tuple(message for _, message in moments), not moments
    first_s = min(known)
    began_s = first_s
    if started_s is not None and first_s >= _EPOCH_S and started_s <= first_s:
        began_s = started_s
    ordered = sorted(zip(known, (message for _, message in moments), strict=True), key=lambda one: one[0])
    return tuple(one._replace(offset_ns=round((time - began_s) * NS_PER_S)) for time, one in ordered), True


def _seconds(time: Any) -> float | None:
    if not isinstance(time, int | float) or isinstance(time, bool) or not 0 <= time < float("inf"):
        return None
    return time / 1000 if time >= _EPOCH_MS else float(time)


def _started_s(entry: Mapping[str, Any]) -> float | None:
    found = _MOMENT.fullmatch(str(entry.get("startedDateTime")))
    if found is None:
        return None
    fraction, sign, hours, minutes = (found[name] for name in ("fraction", "sign", "hours", "minutes"))
    ahead_s = (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == "-" else 1) if sign else 0
    return timegm(tuple(map(int, found.group(1, 2, 3, 4, 5, 6)))) + float(f"0{fraction or ''}") - ahead_s


def _websocket_url(url: str) -> str:
    """Return the address with the scheme of WebSockets, which mitmproxy does not write."""
    scheme, colon, rest = url.partition(":")
    return f"{ {'http': 'ws', 'https': 'wss'}.get(scheme.lower(), scheme) }{colon}{rest}".partition("#")[0]


def _is_own(name: str, value: str) -> bool:
    """Return whether it is a header that the client chose, and that can be sent."""
    lowered = name.lower()
    can_be_sent = _TOKEN.fullmatch(name) is not None and value.strip().isprintable()
    return can_be_sent and lowered not in _OF_HANDSHAKE and not lowered.startswith("sec-websocket-")


def _listed(headers: list[tuple[str, str]], wanted: str) -> Iterator[str]:
    for name, value in headers:
        if name.lower() == wanted:
            yield from (part for one in value.split(",") if (part := one.strip()))


def _pairs(found: Any) -> Iterator[tuple[str, str]]:
    for one in found if isinstance(found, list) else []:
        name, value = _mapping(one).get("name"), _mapping(one).get("value")
        if isinstance(name, str) and name and isinstance(value, str):
            yield name, value


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}
