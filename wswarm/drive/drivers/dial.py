"""A socket to the target: the first of its addresses that answers, within one time for all of them.

Happy eyeballs, RFC 8305: the addresses are tried in turn, the next one after 250 ms without an answer or at once
after a refusal, and all go on until one answers. What answered last is tried first from then on, so that an address
which leads nowhere costs the first connections 250 ms and no other; one that dies is left in the same way.
"""

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any

from wswarm.drive.drivers.address import Address, family, listed, written
from wswarm.drive.drivers.connection import HandshakeFailed, Settings, reason_of
from wswarm.drive.drivers.sources import leave_from

STAGGER_S = 0.25
_UNIX_RETRY_S = 0.01

# What tells most about why nothing answered comes first; what is not listed (our own limits, say) before all.
_TELLING = ("timeout", "refused", "reset", "host unreachable", "network unreachable")


async def connect_tcp(number: int, settings: Settings) -> tuple[socket.socket, str]:
    """Return a connected socket, from the source address whose turn it is, and the address that it leads to.

    Raises:
        HandshakeFailed: no address answered in time; the detail names them.
    """
    source = settings.sources[number % len(settings.sources)] if settings.sources else None
    addresses = settings.addresses
    if source is not None:
        addresses = [one for one in addresses if family(one[0]) == family(source)]
    race = _Race(source, settings.receive_buffer)
    try:
        async with asyncio.timeout(settings.timeout):
            connected, address = await race.run(tuple(addresses))
    except TimeoutError:
        raise HandshakeFailed("timeout", race.account("timeout")) from None
    if settings.addresses[0] != address:
        settings.addresses.remove(address)
        settings.addresses.insert(0, address)
    return connected, address[0]


def unanswered(host: str, *, has_begun: bool = False) -> HandshakeFailed:
    """Return the failure of a handshake whose answer did not come in time, or not whole, though TCP was connected."""
    what = (
        "began its answer and did not end it" if has_begun else "took the TCP connection and did not answer"
    )
    return HandshakeFailed("timeout", f"at {written(host)}, which {what}")


class _Race:
    """Attempts to reach one of several addresses, of which the first that succeeds wins."""

    def __init__(self, source: str | None, receive_buffer: int | None) -> None:
        self._source, self._receive_buffer = source, receive_buffer
        self._failures: dict[str, str] = {}
        self._tried: list[str] = []

    async def run(self, addresses: Sequence[Address]) -> tuple[socket.socket, Address]:
        """Return the winner's socket and address.

        Raises:
            HandshakeFailed: all failed.
        """
        if len(addresses) == 1:  # the usual case, which needs no tasks
            connected = await self._attempt(addresses[0])
            winner = (connected, addresses[0]) if connected is not None else None
        else:
            winner = await self._stagger(addresses)
        if winner is None:
            reason = self._reason()
            raise HandshakeFailed(reason, self.account(reason))
        return winner

    def account(self, reason: str) -> str:
        """Return the addresses that failed for this reason, as `at 192.0.2.1, [2001:db8::1]`, then the others."""
        reasons = {host: self._failures.get(host, "timeout") for host in self._tried}
        others = [f"{written(host)}: {other}" for host, other in reasons.items() if other != reason]
        return "; ".join([f"at {listed(host for host in reasons if reasons[host] == reason)}", *others])

    async def _stagger(self, addresses: Sequence[Address]) -> tuple[socket.socket, Address] | None:
        attempts: dict[asyncio.Task[socket.socket | None], Address] = {}
        waiting = list(addresses)
        try:
            while waiting or attempts:
                if waiting:
                    address = waiting.pop(0)
                    attempts[asyncio.create_task(self._attempt(address))] = address
                done, _ = await asyncio.wait(
                    attempts,
                    timeout=STAGGER_S if waiting else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for attempt in done:
                    connected, address = attempt.result(), attempts.pop(attempt)
                    if connected is not None:
                        return connected, address
            return None
        finally:
            await _give_up(attempts)

    async def _attempt(self, address: Address) -> socket.socket | None:
        """Return a connected socket, `None` and a failure noted if there is none."""
        self._tried.append(address[0])
        try:
            return await _connected(address, self._source, self._receive_buffer)
        except OSError as error:
            self._failures[address[0]] = reason_of(error)
            return None

    def _reason(self) -> str:
        """Return the reason of the failure that tells most: no route by one IP version is not why."""
        reasons = list(self._failures.values())
        return min(reasons, key=lambda reason: _TELLING.index(reason) if reason in _TELLING else -1)


class _FileSocket(socket.socket):
    """A socket to a file, which takes TCP's options for granted: picows sets TCP_NODELAY on whatever it gets."""

    def setsockopt(self, level: int, option: int, *value: Any) -> None:
        """Set an option, unless it is TCP's."""
        if level != socket.IPPROTO_TCP:
            super().setsockopt(level, option, *value)

    def getsockopt(self, level: int, option: int, *size: Any) -> Any:
        """Return an option, 1 for TCP's."""
        return super().getsockopt(level, option, *size) if level != socket.IPPROTO_TCP else 1


async def _connected(address: Address, source: str | None, receive_buffer: int | None) -> socket.socket:
    kind = family(address[0])
    is_file = kind not in (socket.AF_INET, socket.AF_INET6)
    connected = (_FileSocket if is_file else socket.socket)(kind, socket.SOCK_STREAM)
    try:
        connected.setblocking(False)
        if receive_buffer is not None:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if is_file:
            await _connect_file(connected, address[0])
            return connected
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source is not None:
            leave_from(connected, source)
        if not _is_connected(connected, address):
            await asyncio.get_running_loop().sock_connect(connected, address)
    except BaseException:
        connected.close()
        raise
    return connected


def _is_connected(connected: socket.socket, address: Address) -> bool:
    """Ask for the connection, and return whether it is there at once, as within a machine: then no loop has to look.

    Raises:
        OSError: it was refused at once.
    """
    if sys.platform == "win32":  # where a loop has to ask first
        return False
    for _ in range(2):  # the first time it is never there yet
        error = connected.connect_ex(address)
        if error in (0, errno.EISCONN):
            return True
        if error not in (errno.EINPROGRESS, errno.EALREADY):
            raise OSError(error, os.strerror(error))
    return False


async def _connect_file(connected: socket.socket, path: str) -> None:
    """Connect to a socket file; while its queue is full the kernel says EAGAIN, and to wait is the caller's."""
    while True:
        try:
            connected.connect(path)
        except BlockingIOError:
            await asyncio.sleep(_UNIX_RETRY_S)
        else:
            return


async def _give_up(attempts: dict[asyncio.Task[socket.socket | None], Address]) -> None:
    """End the attempts that lost, and close the socket of one that had won meanwhile."""
    for attempt in attempts:
        attempt.cancel()
    for ended in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(ended, socket.socket):
            ended.close()
