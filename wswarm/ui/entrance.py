"""Who may come in: by which name the page is called, with which token, from where forms are sent."""

import hmac
import ipaddress
import secrets
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OWN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class Entrance:
    """Stands before the application, and lets in who may.

    Args:
        app: What is behind it.
        host: Where it listens; names of this machine are others for the same.
        token: What one has to show, once in the address or as `Authorization: Bearer`; `None`: nothing.
        cookie: Its name: cookies know no ports.
    """

    def __init__(self, app: App, host: str, token: str | None, cookie: str) -> None:
        self._app, self._host, self._token, self._cookie = app, host, token, cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        refusal = self._refusal(scope, headers)
        if refusal is None and self._token is not None and not self._is_known(headers):
            if self._has_shown(scope):
                await _answer(
                    send, 303, "", {"location": scope["path"] or "/", "set-cookie": self._set_cookie()}
                )
                return
            refusal = (401, "This page asks for a token: open the address that 'wswarm ui' has printed.")
        if refusal is not None:
            await _answer(send, *refusal)
            return
        await self._app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        called = headers.get("host", "")
        if not self._is_ours(called):
            return (
                421,
                f"Nothing here is called {called[:100]!r}: use the address that 'wswarm ui' has printed.",
            )
        if scope["method"] in ("GET", "HEAD"):
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
        if site not in ("same-origin", "none") or (origin is not None and urlsplit(origin).netloc != called):
            return 403, "This form came from another page: use the one that is served here."
        return None

    def _is_ours(self, called: str) -> bool:
        """Return whether a browser may call us so: no name that somebody else has made lead here."""
        name = name_in(called)
        if name is None:
            return False
        if name in ("localhost", self._host.lower()):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return not is_loopback(self._host) and name in _own_names()
        return address.is_loopback or not is_loopback(self._host)

    def _is_known(self, headers: dict[str, str]) -> bool:
        assert self._token is not None
        kind, _, shown = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and _are_equal(shown, self._token):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return cookie is not None and _are_equal(cookie.value, self._token)

    def _has_shown(self, scope: Scope) -> bool:
        assert self._token is not None
        shown = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])
        return scope["method"] == "GET" and _are_equal(shown[0], self._token)

    def _set_cookie(self) -> str:
        return f"{self._cookie}={self._token}; Path=/; HttpOnly; SameSite=Strict"


def new_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(24)


def is_loopback(host: str) -> bool:
    """Return whether only this machine can come in there."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def name_in(called: str) -> str | None:
    """Return the name in a `Host` header in small letters, without port and brackets; `None` if it is none."""
    try:
        parts = urlsplit(f"//{called}")
        name, _ = parts.hostname, parts.port
    except ValueError:
        return None
    is_plain = parts.netloc == called and parts.username is None and "," not in called
    return name.rstrip(".") if name and is_plain else None


def _own_names() -> set[str]:
    return {socket.gethostname().lower(), socket.getfqdn().lower()}


def _are_equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            given = [*message.get("headers", [])]
            names = {name.lower() for name, _ in given}
            added = {"content-security-policy": OWN_POLICY} | _HEADERS
            given += [
                (name.encode(), value.encode()) for name, value in added.items() if name.encode() not in names
            ]
            message = {**message, "headers": given}
        await send(message)

    return sending


async def _answer(send: Send, status: int, text: str, more: dict[str, str] | None = None) -> None:
    body = f"{text}\n".encode()
    headers = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body))} | (more or {})
    pairs = [(name.encode(), value.encode("utf-8")) for name, value in headers.items()]
    answering = _with_headers(send)
    await answering({"type": "http.response.start", "status": status, "headers": pairs})
    await answering({"type": "http.response.body", "body": body})
