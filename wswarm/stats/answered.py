"""Deliveries of broadcasts of which only an answer tells whether they are owed: deliveries mostly come before it."""

from collections.abc import Sequence

import numpy as np

from wswarm.stats import extras
from wswarm.stats.audience import Audience
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import Int64s, Window
from wswarm.stats.ledger import Ledger
from wswarm.stats.published import REFUSED, Published
from wswarm.stats.tally import Batch, Bools

_Arrivals = tuple[Batch, Bools, Bools]


class AnsweredBroadcasts(Broadcasts):
    """As `Broadcasts`, told of a broadcast when its request has been answered, or has failed.

    What arrives of others is counted once it is told that they were taken; what comes of one that was refused is
    extra. Held meanwhile are the arrivals of as many broadcasts as there are requests at once, and those of the
    latest quarter of a second.
    """

    def __init__(
        self,
        window: Window,
        publishers: Sequence[int],
        patience_ns: int,
        audience: Audience | None = None,
        rooms: Sequence[int] = (),
    ) -> None:
        super().__init__(window, publishers, patience_ns, audience, rooms)
        self._held: dict[int, list[_Arrivals]] = {}
        self._refused = Ledger()

    def publish(self, published: Published) -> None:
        """Take in what was answered."""
        is_refused = published.sent_ns == REFUSED
        super().publish(published.where(~is_refused))
        for number in published.sequences[~is_refused].tolist():
            for batch, is_first, is_overtaken in self._held.pop(number, ()):
                self.count(batch, is_first, is_overtaken)
        for number in published.sequences[is_refused].tolist():
            self._refused.add(number)
            self._under_way.forget(number)
            for batch, _, _ in self._held.pop(number, ()):
                self._note_refused(batch)

    def record(self, batch: Batch) -> None:
        """Add arrivals."""
        numbers, place = np.unique(batch.sequences, return_inverse=True)
        is_refused = np.array([number in self._refused for number in numbers.tolist()], np.bool_)[place]
        if is_refused.any():
            is_refused &= self._publishers.find(batch.publishers)[1]
            self.audience.hear(batch.rows[is_refused], batch.intended_ns[is_refused])
            self._note_refused(batch.where(is_refused & (batch.received_ns <= self.window.end_ns)))
            batch = batch.where(~is_refused)
        super().record(batch)

    def _note_refused(self, batch: Batch) -> None:
        self.note_extra(extras.REFUSED, batch.intended_ns, self.receivers_rooms(batch.rows))

    def _count_in(self, slots: Int64s, batch: Batch, is_first: Bools, is_overtaken: Bools) -> None:
        """Count arrivals of what was answered, and hold the others."""
        is_told = (slots < 0) | (self._under_way.sent_ns[slots] > 0)
        self.count(batch.where(is_told), is_first[is_told], is_overtaken[is_told])
        for number in np.unique(batch.sequences[~is_told]).tolist():
            own = ~is_told & (batch.sequences == number)
            self._held.setdefault(number, []).append((batch.where(own), is_first[own], is_overtaken[own]))
