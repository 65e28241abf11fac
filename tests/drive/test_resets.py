"""A reset right behind messages: they are read, and the connection is seen to have ended."""

import asyncio
import re
import socket
import struct

import pytest
import uvloop

from tests.drive.rfc import switching
from tests.drive.test_rfc import Heard
from wswarm.drive.drivers.by_name import driver
from wswarm.drive.drivers.connection import Ended, Settings
from wswarm.load.request import Request
from wswarm.load.upgrade import accept_for

PATIENCE_S = 30
MESSAGE = b"\x82\x7d" + bytes(125)


def upgraded(listener: socket.socket) -> socket.socket:
    """Return a connection whose upgrade has been answered."""
    tcp, _ = listener.accept()
    head = tcp.recv(65_536).decode()
    key = re.findall("Sec-WebSocket-Key: (.*)\r\n", head)[0]
    tcp.sendall(switching().replace("{accept}", accept_for(key)).encode())
    return tcp


@pytest.mark.parametrize("name", ["picows", "websockets"])
@pytest.mark.parametrize("messages", [0, 1, 400])
def test_messages_before_a_reset_are_read_and_the_reset_is_seen(name: str, messages: int) -> None:
    async def test() -> tuple[Ended, int]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = listener.getsockname()
            heard, accepted = Heard(), asyncio.create_task(asyncio.to_thread(upgraded, listener))
            settings = Settings([address], (), None, False, (), False, PATIENCE_S)
            await driver(name)(Request(f"ws://127.0.0.1:{address[1]}/", ()), 0, settings, heard.events)
            tcp = await accepted
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            tcp.sendall(MESSAGE * messages)
            tcp.close()  # before the loop can look
            return await heard.ended, len(heard.messages)

    assert uvloop.run(asyncio.wait_for(test(), PATIENCE_S)) == (Ended("1006"), messages)
