"""Messages of the hold while it goes on, in the words of the run file."""

from collections.abc import Iterable
from typing import Self

import msgspec


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages of the hold so far; what they mean at the end is `wswarm.results.run.Messages`.

    Attributes:
        offered: Those whose turn has come.
        received: Replies or deliveries that came, once each.
        lost: Those that are given up, though one may come yet.
    """

    offered: int = 0
    sent: int = 0
    received: int = 0
    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    extra: int = 0

    @property
    def owed(self) -> int:
        """Those accounted for: what is under way is neither received nor lost."""
        return self.received + self.lost

    @classmethod
    def summed(cls, counts: Iterable["Counts"]) -> Self:
        """Return the sum of each."""
        rows = [msgspec.structs.astuple(one) for one in counts]
        return cls(**dict(zip(cls.__struct_fields__, map(sum, zip(*rows, strict=True)), strict=False)))
