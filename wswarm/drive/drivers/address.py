"""Where a target is: its name resolved once, before any load."""

import socket
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from urllib.parse import urlsplit

from wswarm.drive.host.lazy import psutil
from wswarm.errors import PlanError, TargetError
from wswarm.load.url import host_of, socket_of

_MAPPED = "::ffff:"  # before an IPv4 address that an IPv6 socket leads to

Address = tuple[str, int]
"""IP address, with its zone if it has one, and port; or the path of a socket file and 0."""


def resolve(url: str, told: str = "") -> list[Address]:
    """Return the addresses of the URL's host with its port, in the order to try them in.

    That is the system's order of preference, IPv6 and IPv4 in turn (RFC 8305, section 4).

    Args:
        told: What the URL is called, if it holds what may not be told.

    Raises:
        PlanError: this system has no socket files.
        TargetError: there is no such host, or no such socket file.
    """
    path = socket_of(url)
    if path is not None:
        return [_socket_file(path, told or url)]
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme in ("wss", "https") else 80)
    try:
        host = host_of(url)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        where = f"as {told} names" if "${" in told else f"{host!r} in {told or url}"
        raise TargetError(f"no such host {where}: {reason}; check the name") from None
    hosts = list(dict.fromkeys(_host(one[4]) for one in found))
    return [(host, port) for host in in_turn(hosts)]


def in_turn(hosts: Sequence[str]) -> list[str]:
    """Return IP addresses of both versions in turn, beginning with the first one's version, else as they are."""
    first = [host for host in hosts if family(host) == family(hosts[0])]
    others = [host for host in hosts if family(host) != family(hosts[0])]
    return [host for pair in zip_longest(first, others) for host in pair if host is not None]


def family(host: str) -> socket.AddressFamily:
    """Return the kind of an address: IPv4, IPv6, or a socket file's path."""
    if "/" in host:
        return socket.AF_UNIX
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def written(host: str) -> str:
    """Return an address as it stands in messages: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and "/" not in host else host


def listed(hosts: Iterable[str]) -> str:
    """Return addresses as they stand in messages, one after the other."""
    return ", ".join(written(host) for host in dict.fromkeys(hosts))


def check_sources(sources: Sequence[str], addresses: list[Address]) -> None:
    """Check that connections to the addresses can leave from each source address.

    Raises:
        PlanError: one is not this machine's, or of the other IP version than every address.
    """
    families = {family(host) for host, _ in addresses}
    for source in sources:
        if families == {getattr(socket, "AF_UNIX", None)}:
            raise PlanError(f"--bind {source}: a socket file is reached from no IP address: leave --bind out")
        try:
            with socket.socket(family(source), socket.SOCK_STREAM) as probe:
                probe.bind((source, 0))
        except OSError as error:
            raise PlanError(
                f"--bind {source}: {error.strerror}; give an address of this machine (ip addr lists them)"
            ) from None
        if family(source) not in families:
            hosts = ", ".join(host for host, _ in addresses)
            raise PlanError(f"--bind {source} can't reach {hosts}: give an address of the same IP version")


def is_local(addresses: list[Address]) -> bool:
    """Return whether the target is on this machine, loopback or not."""
    own = {one.address.partition("%")[0] for found in psutil.net_if_addrs().values() for one in found}
    hosts = [host.removeprefix(_MAPPED).partition("%")[0] for host, _ in addresses]
    return all(host in own or host == "::1" or host.startswith("127.") or "/" in host for host in hosts)


def _host(found: tuple[object, ...]) -> str:
    """Return the address that the system found, with its zone: getaddrinfo gives that as the fourth value."""
    host, zone = str(found[0]), found[3] if len(found) > 3 else 0
    return f"{host}%{zone}" if zone and "%" not in host else host


def _socket_file(path: str, url: str) -> Address:
    if not hasattr(socket, "AF_UNIX"):
        raise PlanError(f"{url}: Python has no socket files on this system: use ws:// and a port")
    try:
        is_socket = Path(path).is_socket()
        reason = "no socket file" if Path(path).exists() else "there is no such file"
    except OSError as error:
        is_socket, reason = False, (error.strerror or "unreadable").lower()
    if not is_socket:
        where = f"{socket_of(url) or path} in {url}"
        raise TargetError(f"{where}: {reason}; check the path and that the service runs")
    return path, 0
