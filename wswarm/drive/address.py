"""Where a target is: its name resolved once, before any load."""

import socket
from urllib.parse import urlsplit

from wswarm.errors import TargetError


def resolve(url: str) -> list[tuple[str, int]]:
    """Return the addresses of the URL's host with its port, in the system's order of preference.

    Raises:
        TargetError: there is no such host.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TargetError(f"no such host {host!r} in {url}: {reason}; check the name") from None
    return list(dict.fromkeys((str(address[4][0]), port) for address in found))


def is_local(addresses: list[tuple[str, int]]) -> bool:
    """Return whether the target is on this machine's loopback."""
    return all(host == "::1" or host.startswith("127.") for host, _ in addresses)
