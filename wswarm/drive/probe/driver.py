"""The probe's driver: connections of the default one, whose bytes come with the kernel's receive times."""

import asyncio
from functools import partial

from wswarm.drive.drivers.connection import Connection, Driver, Events, HandshakeFailed, Settings, Stopwatch
from wswarm.drive.drivers.opening import Upgrade, open_connection
from wswarm.drive.drivers.picows_driver import PicowsConnection
from wswarm.drive.probe.transport import Reading, create_stamped
from wswarm.load.request import Request
from wswarm.load.upgrade import Answer


def stamped(reading: Reading) -> Driver:
    """Return the driver, which notes of each read when the kernel had it."""

    async def connect(request: Request, number: int, settings: Settings, events: Events) -> Connection:
        if request.is_secure:  # a redirect has led there
            raise HandshakeFailed("encrypted", "the kernel can't say when a message came that is encrypted")
        connection = PicowsConnection(events, is_binary=settings.is_binary)
        watch = Stopwatch(is_tls=False)

        def take_over(transport: asyncio.Transport, answer: Answer, rest: bytes) -> None:
            connection.open(transport, answer, rest, watch.opened())

        upgrade = Upgrade(request, settings, watch, "", take_over)
        connection.address = await open_connection(number, upgrade, partial(create_stamped, reading))
        return connection

    return connect
