"""Redirects of the opening handshake, followed: each connection by itself, as a client would."""

import asyncio
from urllib.parse import urljoin, urlsplit, urlunsplit

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers import address
from wswarm.drive.drivers.connection import Connection, Driver, Events, HandshakeFailed, Settings
from wswarm.errors import TargetError
from wswarm.load.request import Request, without_credentials
from wswarm.results.redact import is_secret_name

HOPS = 5
_OURS = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


async def connect_following(
    driver: Driver, request: Request, number: int, settings: Settings, events: Events
) -> Connection:
    """Return an open connection, after as many as five redirects; its handshake began with the first request.

    Raises:
        HandshakeFailed, OSError, ssl.SSLError, TimeoutError: as `Driver`; `redirect: …`: it leads nowhere.
    """
    started_ns, been = now_ns(), [request.url]
    async with asyncio.timeout(settings.timeout):
        while True:
            try:
                connection = await driver(request, number, settings, events)
            except HandshakeFailed as failure:
                if failure.location is None:
                    raise
                request = redirected(request, failure.location)
                _check_way(request.url, been)
                been.append(request.url)
                settings = await _settings_for(request, settings)
                continue
            before_ns = connection.timing.started_ns - started_ns
            if len(been) > 1:
                timing = connection.timing
                connection.timing = timing._replace(
                    started_ns=started_ns, upgrade_ns=timing.upgrade_ns + before_ns
                )
            return connection


def redirected(request: Request, location: str) -> Request:
    """Return the request that follows a redirect; what is secret in the headers goes to the same host only.

    Raises:
        HandshakeFailed: no WebSocket can be there, or a secret would leave TLS.
    """
    url = websocket_address(request.url, location)
    if url is None:
        raise HandshakeFailed(
            "redirect: to an address that is no ws://, wss://, http:// or https://", location
        )
    url, credentials = without_credentials(url)
    old, new = urlsplit(request.url), urlsplit(url)
    headers = list(request.headers)
    if old.hostname != new.hostname:
        headers = [one for one in headers if not is_secret_name(one[0]) and one[0].lower() != "host"]
    if credentials:
        headers = [one for one in headers if one[0].lower() != "authorization"] + credentials
    if old.scheme == "wss" and new.scheme == "ws" and any(is_secret_name(name) for name, _ in headers):
        raise HandshakeFailed("redirect: from wss:// to ws:// with credentials", url)
    return Request(url, tuple(headers))


def websocket_address(url: str, location: str) -> str | None:
    """Return where a redirect leads from the address, as a WebSocket's address; `None`: nowhere."""
    try:
        parts = urlsplit(urljoin(url, location.strip()))
        scheme = _OURS.get(parts.scheme.lower())
        is_whole = scheme is not None and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return urlunsplit((scheme, parts.netloc, parts.path, parts.query, "")) if is_whole else None


def _check_way(url: str, been: list[str]) -> None:
    if url in been:
        raise HandshakeFailed("redirect: in a circle", " to ".join([*been[been.index(url) :], url]))
    if len(been) > HOPS:
        raise HandshakeFailed(f"redirect: more than {HOPS}", f"the next would be {url}")


async def _settings_for(request: Request, settings: Settings) -> Settings:
    """Return the settings with the addresses of the request's host, looked up once."""
    place = f"{urlsplit(request.url).scheme}://{urlsplit(request.url).netloc}"
    known = settings.elsewhere
    if place not in known:
        try:
            known[place] = await asyncio.to_thread(address.resolve, request.url)
        except TargetError as error:
            raise HandshakeFailed("redirect: to an unknown host", str(error)) from None
    return settings._replace(addresses=known[place])
