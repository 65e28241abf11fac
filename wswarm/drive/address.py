"""Where a target is: its name resolved once, before any load."""

import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import psutil

from wswarm.errors import PlanError, TargetError


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


def check_sources(sources: Sequence[str], addresses: list[tuple[str, int]]) -> None:
    """Check that connections to the addresses can leave from each source address.

    Raises:
        PlanError: one is not this machine's, or of the other IP version than every address.
    """
    versions = {":" in host for host, _ in addresses}
    for source in sources:
        family = socket.AF_INET6 if ":" in source else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.bind((source, 0))
        except OSError as error:
            raise PlanError(
                f"--bind {source}: {error.strerror}; give an address of this machine (ip addr lists them)"
            ) from None
        if (":" in source) not in versions:
            hosts = ", ".join(host for host, _ in addresses)
            raise PlanError(f"--bind {source} can't reach {hosts}: give an address of the same IP version")


def is_local(addresses: list[tuple[str, int]]) -> bool:
    """Return whether the target is on this machine, loopback or not."""
    own = {one.address.partition("%")[0] for found in psutil.net_if_addrs().values() for one in found}
    return all(host in own or host == "::1" or host.startswith("127.") for host, _ in addresses)
