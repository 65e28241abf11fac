"""How connections are opened: as their group says, or in a manner of their own."""

import ssl
from collections.abc import Sequence
from typing import NamedTuple

from wswarm.drive.drivers.connection import Driver, Settings
from wswarm.drive.drivers.tls import client_context
from wswarm.load.manner import Manner


class Own(NamedTuple):
    """How one connection is opened and what it says, where that is not as all others."""

    manner: Manner
    driver: Driver
    settings: Settings


class SettingsOf:
    """What the driver has to know of manners; contexts, which take milliseconds to make, are shared."""

    def __init__(self) -> None:
        self._elsewhere: dict[str, list[tuple[str, int]]] = {}
        self._contexts: dict[tuple[object, ...], ssl.SSLContext | None] = {}

    def of(self, manner: Manner, addresses: Sequence[tuple[str, int]]) -> Settings:
        """Return what the driver has to know of a manner for connections to these addresses."""
        tls = (manner.is_secure, manner.follow, manner.insecure, manner.cacert, manner.cert, manner.key)
        if tls not in self._contexts:
            self._contexts[tls] = client_context(manner)
        return Settings(
            addresses=list(addresses),
            sources=manner.bind,
            context=self._contexts[tls],
            is_binary=manner.binary,
            subprotocols=manner.subprotocols,
            deflate=manner.deflate,
            timeout=manner.connect_timeout,
            sni=manner.sni,
            elsewhere=self._elsewhere,
        )
