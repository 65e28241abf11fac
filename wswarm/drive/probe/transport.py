"""A socket of the probe's in the event loop: read by `recvmsg`, so that what came has the kernel's time with it."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from wswarm.drive.clock import realtime_ns
from wswarm.drive.probe.stamps import ask_for_stamps, receive


class Reading:
    """What all connections of the probe read last.

    Attributes:
        stamp_ns: When the kernel had it, CLOCK_REALTIME ns, 0 if unknown. `read_ns`: when it was read.
    """

    __slots__ = ("read_ns", "stamp_ns")

    def __init__(self) -> None:
        self.stamp_ns = self.read_ns = 0


class StampedTransport(asyncio.Transport):
    """One socket; of what is written and finds no room so much waits as the user lets wait."""

    def __init__(self, tcp: socket.socket, protocol: asyncio.Protocol, reading: Reading) -> None:
        super().__init__({"socket": tcp})
        self._loop = asyncio.get_running_loop()
        self._tcp, self._protocol, self._reading = tcp, protocol, reading
        self._unsent = bytearray()
        self._is_closing = self._is_over = False
        self._loop.add_reader(tcp.fileno(), self._read)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = cast(asyncio.Protocol, protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def write(self, data: Any) -> None:
        """Send, or keep what finds no room."""
        if self._is_over or self._is_closing:
            return
        if not self._unsent:
            data = data[self._send(data) :]
            if not data or self._is_over:
                return
            self._loop.add_writer(self._tcp.fileno(), self._write_rest)
            self._protocol.pause_writing()
        self._unsent += data

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def get_write_buffer_size(self) -> int:
        return len(self._unsent)

    def pause_reading(self) -> None:
        if not self._is_over:
            self._loop.remove_reader(self._tcp.fileno())

    def is_closing(self) -> bool:
        return self._is_closing or self._is_over

    def close(self) -> None:
        """End the connection when all has been sent."""
        self._is_closing = True
        if not self._unsent:
            self._end(None)

    def abort(self) -> None:
        """End the connection at once."""
        self._end(None)

    def _read(self) -> None:
        try:
            data, stamp_ns = receive(self._tcp)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(error)
            return
        self._reading.read_ns, self._reading.stamp_ns = realtime_ns(), stamp_ns
        if data:
            self._protocol.data_received(data)
        elif not self._protocol.eof_received():
            self._end(None)

    def _send(self, data: Any) -> int:
        try:
            return self._tcp.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            self._end(error)
            return 0

    def _write_rest(self) -> None:
        del self._unsent[: self._send(self._unsent)]
        if self._unsent or self._is_over:
            return
        self._loop.remove_writer(self._tcp.fileno())
        self._protocol.resume_writing()
        if self._is_closing:
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._loop.remove_reader(self._tcp.fileno())
        self._loop.remove_writer(self._tcp.fileno())
        self._tcp.close()
        self._loop.call_soon(self._protocol.connection_lost, error)


async def create_stamped(
    reading: Reading, make_protocol: Callable[[], asyncio.Protocol], sock: socket.socket
) -> tuple[asyncio.Transport, asyncio.Protocol]:
    """Return a connected socket's transport and protocol, as an event loop's `create_connection` does."""
    ask_for_stamps(sock)
    protocol = make_protocol()
    transport = StampedTransport(sock, protocol, reading)
    protocol.connection_made(transport)
    return transport, protocol
