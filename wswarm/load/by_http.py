"""Broadcasts that are published by HTTP requests: what to ask of whom, checked."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from wswarm.errors import PlanError
from wswarm.load.fill import Values, fill, fill_address, fill_bytes, with_any_variables
from wswarm.load.headers import check_header, check_once
from wswarm.load.number import NUMBER, check_number
from wswarm.load.request import without_credentials
from wswarm.load.template import MARKER, SIZE_LIMIT, check_utf8, in_bytes
from wswarm.load.url import check_http_url, on_wire
from wswarm.results import redact
from wswarm.results.scenario import BROADCASTS

REQUESTS_AT_ONCE = 50
_FORM = "write --publish 'POST http://host:port/path'"
_JSON = "Content-Type: application/json"
_OF_THE_CLIENT = {"host", "content-length", "transfer-encoding", "connection"}
_OF_SOCKETS = ("publisher_url", "publisher_headers", "publisher_steps")
_OF_MESSAGES = ("text", "json", "size", "binary")
_OPTION = {
    "publish_body": "--publish-body",
    "publish_headers": "--publish-header",
    "publisher_url": "--publisher-url",
    "publisher_headers": "--publisher-header",
    "publisher_steps": "--publisher-say",
} | {name: f"--{name}" for name in _OF_MESSAGES}


class ByHttp(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that publish; names in braces are replaced in address, headers and body, `{marker}` not in headers.

    Attributes:
        method: `POST`, `PUT`, …
        headers: Of each request.
        body: `None` for none.
        timeout: s until an answer has to begin.
    """

    method: str
    url: str
    headers: tuple[str, ...] = ()
    body: str | None = None
    insecure: bool = False
    cacert: str | None = None
    cert: str | None = None
    key: str | None = None
    sni: str | None = None
    bind: tuple[str, ...] = ()
    timeout: float = 10.0

    @property
    def may_use_tls(self) -> bool:
        """Whether the requests use TLS."""
        return is_https(self.url)

    @property
    def payload(self) -> bytes:
        """The body's template."""
        return in_bytes(self.body or "", "--publish-body", escape=False)

    @property
    def is_numeric(self) -> bool:
        """Whether the marks are whole numbers."""
        return NUMBER in self.payload or NUMBER in self.url.encode()

    @property
    def marker(self) -> bytes:
        """What stands for the marker in address and body."""
        return NUMBER if self.is_numeric else MARKER

    @property
    def copies(self) -> int:
        """How often each message holds its marker, at most."""
        return self.payload.count(self.marker) + self.url.encode().count(self.marker)

    def url_for(self, values: Values) -> str:
        """Return the address as it goes over the wire, `{marker}` in it, where names stand for these values."""
        return without_credentials(on_wire(fill_address(self.url, values)))[0]

    def headers_for(self, values: Values) -> list[tuple[str, str]]:
        """Return name and value of each header."""
        _, found = without_credentials(fill_address(self.url, values))
        for header in self.headers:
            name, _, value = header.partition(":")
            found.append((name, fill(value, values).strip()))
        return found

    def body_for(self, values: Values) -> bytes:
        """Return the body, `{marker}` in it."""
        return fill_bytes(self.payload, values)


def is_https(url: str) -> bool:
    """Return whether that is an address of HTTP over TLS."""
    return url.lower().startswith("https:")


def by_http(settings: Mapping[str, Any]) -> ByHttp | None:
    """Return the requests that the settings of a plan ask for, `None` for none.

    Raises:
        PlanError: they can't be.
    """
    publish, body, headers = (settings[name] for name in ("publish", "publish_body", "publish_headers"))
    if publish is None:
        for option in (name for name in ("publish_body", "publish_headers") if settings[name]):
            raise PlanError(f"{_OPTION[option]} is for publishing by HTTP: {_FORM}, or leave it out")
        return None
    _check_others(settings)
    method, _, url = publish.strip().partition(" ")
    if not (method.isascii() and method.isalpha() and method.isupper() and url.strip()):
        raise PlanError(f"--publish {redact.address(publish)!r} has no method and address: {_FORM}")
    check_http_url(with_any_variables(url.strip()))
    names = {check_header(header, "--publish-header") for header in headers}
    check_once(headers, "--publish-header")
    for name in sorted(names & _OF_THE_CLIENT):
        raise PlanError(f"--publish-header {name!r} is set by what sends the requests: leave it out")
    found = ByHttp(
        method=method,
        url=url.strip(),
        headers=(*headers, *([_JSON] if body is not None and "content-type" not in names else [])),
        body=body,
        timeout=settings["connect_timeout"],
        **{name: settings[name] for name in ("insecure", "cacert", "cert", "key", "sni", "bind")},
    )
    _check_messages(found, publish)
    return found


def _check_others(settings: Mapping[str, Any]) -> None:
    """Check what there can't be beside requests that publish."""
    scenario = settings["scenario"]
    if scenario not in BROADCASTS:
        raise PlanError(f"--publish is for broadcasts, which only fanout has; leave it out of {scenario}")
    for name in (name for name in _OF_SOCKETS if settings[name]):
        raise PlanError(
            f"{_OPTION[name]} is for publishers with a WebSocket, and --publish for requests: use one"
        )
    if settings["publishers"] != 1:
        raise PlanError(
            f"--publishers {settings['publishers']} are WebSockets, and --publish is for requests: use one"
        )
    for name in (name for name in _OF_MESSAGES if settings[name]):
        raise PlanError(f"{_OPTION[name]} is for messages of a WebSocket: with --publish, use --publish-body")


def _check_messages(found: ByHttp, publish: str) -> None:
    check_utf8(found.payload, "--publish-body", "write it as UTF-8")
    host = urlsplit(with_any_variables(found.url)).netloc
    if "{" in host:
        raise PlanError(
            f"--publish {redact.address(publish)!r}: a host can't hold {{…}}: put it behind the host"
        )
    if found.is_numeric:
        check_number(found.url.encode() + b" " + found.payload, "--publish", "echo", None)
    if not found.copies:
        raise PlanError(
            f"--publish {redact.address(publish)!r} sends no {{marker}}: put it where the service passes it on, as"
            """ in --publish-body '{"text": "{marker}"}'"""
        )
    if len(found.payload) > SIZE_LIMIT:
        raise PlanError(
            f"--publish-body has {len(found.payload)} bytes, and subscribers take up to {SIZE_LIMIT} (16 MiB):"
            " make it shorter"
        )
