"""How connections are ended: with a goodbye, and a moment for it to be read."""

import asyncio
from collections.abc import Sequence

from wswarm.drive.drivers.connection import Connection

GOODBYE_S = 0.05


def part_soon(connection: Connection) -> None:
    """Say goodbye now, and end the connection a moment later."""
    connection.say_goodbye()
    asyncio.get_running_loop().call_later(GOODBYE_S, connection.abort)


async def part_from(held: Sequence[Connection | None]) -> None:
    """Say goodbye on every connection that is open, then end them all at once."""
    connections = [one for one in held if one is not None and one.is_open]
    for connection in connections:
        connection.say_goodbye()
    if connections:
        await asyncio.sleep(GOODBYE_S)
    for connection in connections:
        connection.abort()
