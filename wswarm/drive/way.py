"""How connections are opened and what they say: as their group does, or in a way of their own."""

import ssl
from collections.abc import Callable, Sequence
from typing import NamedTuple

from wswarm.drive.drivers.connection import Driver, Settings
from wswarm.drive.drivers.tls import client_context
from wswarm.drive.own_protocol import with_functions
from wswarm.load.fill import Values
from wswarm.load.manner import Manner
from wswarm.load.replay import filled_subprotocols
from wswarm.load.role import Role
from wswarm.load.rooms import own_values
from wswarm.load.speech import Speech, speech_of


class Way(NamedTuple):
    """How connections are opened and what they say.

    Attributes:
        values: What names in braces stand for in all of them.
    """

    manner: Manner
    speech: Speech
    driver: Driver
    settings: Settings
    values: Values

    def values_of(self, connection_id: int, more: Values) -> dict[str, str]:
        """Return what names stand for in the connection with that number, for which there are more."""
        return {**own_values(connection_id, self.manner.rooms), **self.values, **more}


class Ways:
    """The ways of one group; TLS contexts, which take milliseconds to make, are shared.

    Args:
        driver: Returns the driver of a name.
        values: What names in braces stand for in all of the group's connections.
        receive_buffer: As `Settings` has it.
    """

    def __init__(
        self, driver: Callable[[str], Driver], values: Values, receive_buffer: int | None = None
    ) -> None:
        self._driver, self._values, self._receive_buffer = driver, values, receive_buffer
        self._elsewhere: dict[str, list[tuple[str, int]]] = {}
        self._contexts: dict[tuple[object, ...], ssl.SSLContext | None] = {}

    def of(self, manner: Manner, role: Role, addresses: Sequence[tuple[str, int]]) -> Way:
        """Return the way of that manner, of connections in that role, to these addresses."""
        manner = with_functions(manner)
        return Way(
            manner,
            speech_of(manner, role),
            self._driver(manner.driver),
            self._settings(manner, addresses),
            self._values,
        )

    def _settings(self, manner: Manner, addresses: Sequence[tuple[str, int]]) -> Settings:
        tls = (manner.is_secure, manner.follow, manner.insecure, manner.cacert, manner.cert, manner.key)
        if tls not in self._contexts:
            self._contexts[tls] = client_context(manner)
        return Settings(
            addresses=list(addresses),
            sources=manner.bind,
            context=self._contexts[tls],
            is_binary=manner.is_binary,
            subprotocols=filled_subprotocols(manner.offers, self._values),
            deflate=manner.deflate,
            timeout=manner.connect_timeout,
            sni=manner.sni,
            elsewhere=self._elsewhere,
            receive_buffer=self._receive_buffer,
        )
