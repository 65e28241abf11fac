"""Tells the front end the times of single messages, when the loop is idle."""

from collections.abc import Callable

from wswarm.drive.account import Account, Deliveries, Echoes
from wswarm.drive.fleet import wire
from wswarm.drive.swarm import Swarm
from wswarm.stats.findings import Int64s
from wswarm.stats.kept import Keeper


class Sampler:
    """What one group tells.

    Args:
        most: How many messages at most; 0: none, and nothing is kept.
    """

    def __init__(self, most: int, group: int, swarm: Swarm, say: Callable[[wire.Report], None]) -> None:
        self._most, self._group, self._swarm, self._say = most, group, swarm, say
        self._account: Echoes | Deliveries | None = None
        self._keeper, self._told = Keeper(most), 0

    def follow(self, account: Account | None) -> None:
        """Keep what this account counts from now on."""
        if self._most and isinstance(account, Echoes | Deliveries):
            self._account, account.tally.keeper = account, self._keeper

    def tell(self) -> None:
        """Tell what was kept since the last time."""
        if self._account is None:
            return
        kept = self._keeper.take()
        if len(kept.rows):
            kept = kept._replace(rows=self._swarm.ids(self._rows_of(kept.rows)))
        if len(kept.rows) or self._keeper.left_out > self._told:
            self._told = self._keeper.left_out
            self._say(wire.Sampled(group=self._group, kept=kept.pack(), left_out=self._told))

    def _rows_of(self, places: Int64s) -> Int64s:
        """Return whose places of the account these are."""
        if isinstance(self._account, Deliveries):
            return self._account.tally.audience.places.rows(places)
        return places

    def end(self) -> None:
        """Tell what is left, with what was lost: all is settled."""
        if isinstance(self._account, Echoes):
            self._account.tally.keep_lost(self._keeper)
        self.tell()
