"""A group that publishes by requests: none of its publishers is a connection."""

from collections.abc import Callable
from typing import Any

import msgspec

from wswarm.drive.account import Account
from wswarm.drive.drivers.connection import Driver
from wswarm.drive.fleet import wire
from wswarm.drive.group import Group
from wswarm.drive.http.account import Requested
from wswarm.drive.http.publisher import Publishers
from wswarm.drive.http.requests import Requests
from wswarm.load.fill import Values
from wswarm.load.rooms import own_values
from wswarm.stats.findings import Effort, Findings, Sockets, Window

_TOLD_NS = 500_000_000  # before the drain's end, so that subscribers can settle what was answered last


class HttpGroup(Group):
    """Publishers that ask by HTTP; takes the same as a `Group`."""

    def __init__(
        self,
        number: int,
        order: wire.Group,
        begin: wire.Begin,
        driver: Callable[[str], Driver],  # noqa: ARG002  # they are opened by none
        say: Callable[[wire.Report], None],
    ) -> None:
        assert order.by_http is not None
        self._requests = Requests(order.by_http, order.addresses)
        publishers = Publishers(self._requests, self._values_of)
        super().__init__(number, order, begin, lambda _: publishers.connect, say)

    def load(self, window: Window) -> None:
        """Account for what is intended from the window's start on; forget what was before."""
        super().load(window)
        self._requests.salt = window.start_ns

    def has_sent(self) -> bool:
        """Return whether all was sent that can be, and answered."""
        return super().has_sent() and not self._requests.under_way

    def sends_until_ns(self, window: Window) -> int:
        """Return until when answers are waited for."""
        return max(super().sends_until_ns(window), window.end_ns - _TOLD_NS)

    def stop(self) -> None:
        """Send nothing more, and wait for no answer."""
        super().stop()
        self._requests.give_up()

    async def close(self) -> None:
        """Close all connections."""
        await self._requests.close()

    def findings(self, effort: Effort, *, is_over: bool = True) -> Findings:
        """Return all that was found."""
        found = super().findings(effort, is_over=is_over)
        answers = self.account.answers() if isinstance(self.account, Requested) else None
        return msgspec.structs.replace(found, sockets=Sockets(requested=0), answers=answers)

    def state(self) -> wire.GroupState:
        """Return how the group stands."""
        taken = self.account.taken if isinstance(self.account, Requested) else 0
        nothing: dict[str, Any] = {"requested": 0, "opened": 0, "open": 0, "failures": {}, "refusals": {}}
        return msgspec.structs.replace(super().state(), owing=taken, **nothing)

    def _values_of(self, row: int) -> Values:
        return {**own_values(self.swarm.id_of(row), self.order.rooms), **self.order.values}

    def _account(self, window: Window) -> Account | None:  # noqa: ARG002  # a cut moves it
        first, rooms = self._first_number, self.order.rooms
        return Requested(self.swarm, self._requests, lambda: self._window, first, rooms)
