"""How connections are opened: as their group's plan says, or in a manner of their own."""

import ssl
from collections.abc import Sequence
from typing import NamedTuple

from wswarm.drive.drivers.connection import Driver, Settings
from wswarm.drive.drivers.tls import client_context
from wswarm.load.plan import Plan


class Manner(NamedTuple):
    """How one connection is opened and what it says, where that is not as all others."""

    plan: Plan
    driver: Driver
    settings: Settings


class SettingsOf:
    """What the driver has to know of plans; contexts, which take milliseconds to make, are shared."""

    def __init__(self) -> None:
        self._elsewhere: dict[str, list[tuple[str, int]]] = {}
        self._contexts: dict[tuple[object, ...], ssl.SSLContext | None] = {}

    def of(self, plan: Plan, addresses: Sequence[tuple[str, int]]) -> Settings:
        """Return what the driver has to know of a plan for connections to these addresses."""
        tls = (plan.is_secure, plan.follow, plan.insecure, plan.cacert, plan.cert, plan.key)
        if tls not in self._contexts:
            self._contexts[tls] = client_context(plan)
        return Settings(
            addresses=list(addresses),
            sources=plan.bind,
            context=self._contexts[tls],
            is_binary=plan.binary,
            subprotocols=plan.subprotocols,
            deflate=plan.deflate,
            timeout=plan.connect_timeout,
            sni=plan.sni,
            elsewhere=self._elsewhere,
        )
