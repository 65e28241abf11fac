"""An agent as a process: it obeys the front end at the other end of a socket, and ends when that hangs up."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from wswarm.drive.fleet.channel import open_channel
from wswarm.drive.fleet.lengths import HEADER_SIZE, body_size
from wswarm.drive.host.files import raise_file_limit
from wswarm.drive.host.slices import ask_for_short_slices

Obey = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class Finished(Exception):  # noqa: N818 - ends the task group, is no error
    """The agent was told to close and has."""


async def read_body(reader: asyncio.StreamReader) -> bytes:
    """Return the next thing that the front end says.

    Raises:
        IncompleteReadError: it has hung up.
    """
    return await reader.readexactly(body_size(await reader.readexactly(HEADER_SIZE)))


async def _converse(channel: socket.socket, obey: Obey) -> None:
    channel.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=channel, limit=1 << 26)
    try:
        await obey(reader, writer)
    except* (Finished, asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def serve(obey: Obey, word: str | None = None) -> NoReturn:
    """Obey the front end until it hangs up, and end the process; the word, or the command line, names the socket.

    The kernel takes back its memory faster than Python does, which visits every object once more.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the front end's to answer
    logging.disable(logging.CRITICAL)  # a connection's troubles are data, not log lines
    raise_file_limit()
    ask_for_short_slices()
    channel = open_channel(sys.argv[1] if word is None else word)
    try:
        import uvloop
    except ImportError:
        asyncio.run(_converse(channel, obey))
    else:
        uvloop.run(_converse(channel, obey))
    if sys.stderr is not None:  # as where it was closed before Python began
        sys.stderr.flush()
    os._exit(0)
