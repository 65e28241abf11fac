"""What is accounted for of broadcasts that requests publish: owed is what an answer says was taken."""

from collections import Counter
from collections.abc import Callable

import numpy as np

from wswarm.drive.account import Publishing
from wswarm.drive.http.requests import Answer, Requests
from wswarm.drive.outbox import Handled
from wswarm.drive.swarm import Swarm
from wswarm.stats.answers import BY, is_taken
from wswarm.stats.findings import Answers, Int64s, Packed, Window, pack
from wswarm.stats.histogram import Histogram
from wswarm.stats.published import REFUSED, join_logs


class Requested(Publishing):
    """Broadcasts that requests publish.

    Args:
        swarm: Of the publishers; its `said` takes what answers say that take nothing.
        window: Returns the load's times.
        first: As of `Publishing`, as are `rooms`.

    Attributes:
        taken: Broadcasts that were, so far.
    """

    def __init__(
        self, swarm: Swarm, requests: Requests, window: Callable[[], Window], first: int = 0, rooms: int = 1
    ) -> None:
        super().__init__(swarm, first, rooms)
        self._requests, self._window, self._said = requests, window, swarm.said
        self._sent: dict[int, tuple[int, int]] = {}
        self._refused: list[int] = []
        self._statuses: Counter[str] = Counter()
        self._times = Histogram()
        self.taken = 0

    def handle(self, handled: Handled) -> None:
        """Take in what was sent, and what has been answered meanwhile."""
        moments = zip(handled.intended_ns.tolist(), handled.sent_ns.tolist(), strict=True)
        self._sent.update(zip(handled.numbers.tolist(), moments, strict=True))
        answers, self._requests.answers = self._requests.answers, []
        taken: list[tuple[int, int, int]] = []
        for answer in answers:
            moments_ns = self._sent.pop(answer.number, None)
            if moments_ns is None:
                continue  # of a load before
            if self._count(answer):
                taken.append((answer.number, *moments_ns))
            else:
                self._refused += (answer.number, moments_ns[0], REFUSED)
        self.taken += len(taken)
        super().handle(handled._replace(**_columns(taken)))

    def news(self) -> Packed:
        """Return what was answered since the last time."""
        refused: Int64s = np.array(self._refused, np.int64).reshape(-1, 3).T
        self._refused.clear()
        taken = super().news()
        return join_logs([taken, pack(refused)]) if refused.size else taken

    def answers(self) -> Answers:
        """Return how the requests of the hold ended."""
        return Answers(statuses=dict(self._statuses), times=self._times.pack(), peak=self._requests.peak)

    def _count(self, answer: Answer) -> bool:
        """Count how a request ended; return whether its broadcast was taken."""
        window = self._window()
        status = answer.reason if answer.status is None else str(answer.status)
        was_taken = is_taken(status)
        if not was_taken:
            reason = self._said.note_failure(f"{BY} {status}", answer.detail, self._requests.secrets)
            status = reason.removeprefix(f"{BY} ")
        if window.hold_ns <= answer.intended_ns < window.drain_ns:
            self._statuses[status] += 1
            if answer.status is not None:
                self._times.record(np.array([answer.answered_ns - answer.intended_ns], np.int64))
        return was_taken


def _columns(rows: list[tuple[int, int, int]]) -> dict[str, Int64s]:
    numbers, intended_ns, sent_ns = np.array(rows, np.int64).reshape(-1, 3).T
    return {"numbers": numbers, "intended_ns": intended_ns, "sent_ns": sent_ns}
