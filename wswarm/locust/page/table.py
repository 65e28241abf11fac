"""Our figures in Locust's own table, charts and CSV: one row per class and kind of event.

Locust keeps times in whole milliseconds as it logs them; these rows are filled from histograms and keep three
significant digits, which its CSV shows. Deliveries stay out of its aggregate where there is anything else in it:
a thousand of them follow each message.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from locust.stats import RequestStats, StatsEntry, StatsError

from wswarm.drive.fleet.wire import GroupState
from wswarm.locust.order import Order
from wswarm.locust.page.scripted import Scripted, scripted_in, scripted_of
from wswarm.results.run import Run
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

KINDS = {"echo": "echo", "subscribe": "deliver"}
REPLY, STEP, SESSION = "reply", "step", "session"
UNANSWERED = "no answer"


@dataclass(slots=True)
class _Shown:
    """What a row shows already."""

    times: Histogram = field(default_factory=Histogram)
    requests: int = 0
    failures: int = 0


class Table:
    """Fills Locust's statistics; from cumulative figures, so that nothing is counted twice.

    Args:
        stats: Locust's, of the master or of the only process.
    """

    def __init__(self, stats: RequestStats) -> None:
        self._stats = stats
        self._shown: dict[tuple[str, str, str], _Shown] = {}  # by owner, name and kind

    def clear(self) -> None:
        """Take it that Locust has cleared its statistics."""
        self._shown = {}

    def forget(self, orders: Iterable[Order]) -> None:
        """Take the messages of these classes out of the table: their hold begins.

        Replies are not among them: where they are counted, `forget_replies` is called in time.
        """
        for order in orders:
            key = (order.name, KINDS.get(order.role, ""))
            if self._shown.pop(("", *key), None) is not None:
                self._stats.entries.pop(key, None)
        total = self._stats.total
        total.reset()
        for key, entry in self._stats.entries.items():
            if ("", *key) not in self._shown or self._counts_in_total(key):
                total.extend(entry)

    def show(
        self, order: Order, states: Iterable[GroupState], lost: dict[str, int], run: Run | None = None
    ) -> None:
        """Bring a class's rows up to date.

        Args:
            states: Of its groups at all stations.
            lost: Messages known to be lost, by reason.
            run: What came of them in the end.
        """
        states = list(states)
        handshakes, times = Histogram(), Histogram()
        failures: dict[str, int] = {}
        for state in states:
            handshakes.merge_packed(state.handshakes)
            times.merge_packed(state.times)
            for reason, count in state.failures.items():
                failures[reason] = failures.get(reason, 0) + count
            for code, count in state.endings.items():
                reason = f"dropped: {code or 'connection lost'}"
                failures[reason] = failures.get(reason, 0) + count
        self._fill((order.name, "connect"), handshakes, failures)
        if order.role in KINDS:
            self._fill((order.name, KINDS[order.role]), times, lost)
        if order.plan.script is not None:
            self._show_script(order.name, scripted_of(run) if run is not None else scripted_in(states))

    def _show_script(self, name: str, found: Scripted) -> None:
        """Bring the rows of a script's steps up to date, and that of its failed sessions."""
        self._fill((name, SESSION), Histogram(), found.failures)
        for step, (times, failed) in found.steps.items():
            self._fill((step, STEP), times, {UNANSWERED: failed} if failed else {}, name)

    def _fill(
        self, key: tuple[str, str], times: Histogram, failures: dict[str, int], owner: str = ""
    ) -> None:
        """Bring a row up to date.

        Args:
            owner: Whose part of it this is, where several classes have one.
        """
        failed = sum(failures.values())
        shown = self._shown.setdefault((owner, *key), _Shown())
        requests = times.n + failed
        if requests == shown.requests and failed == shown.failures:
            return
        more = self._difference(key, shown, times, failed)
        self._stats.get(*key).extend(more)
        if self._counts_in_total(key):
            self._stats.total.extend(more)
        for reason, count in failures.items():
            error = self._stats.errors.setdefault(
                StatsError.create_key(key[1], key[0], reason), StatsError(key[1], key[0], reason)
            )
            error.occurrences = count if not owner else error.occurrences + failed - shown.failures
        self._shown[owner, *key] = _Shown(times, requests, failed)

    def _difference(self, key: tuple[str, str], shown: _Shown, times: Histogram, failed: int) -> StatsEntry:
        """Return what has come since the row was filled last."""
        now = time.time()
        name, method = key
        more = StatsEntry(self._stats, name, method)
        more.start_time = now
        more.num_none_requests = max(0, failed - shown.failures)
        more.num_failures = more.num_none_requests
        more.num_requests = max(0, times.n - shown.times.n) + more.num_none_requests
        more.total_response_time = (times.total_ns - shown.times.total_ns) / NS_PER_S * 1_000  # type: ignore[assignment]
        if times.n > shown.times.n and times.min_ns is not None and times.max_ns is not None:
            more.min_response_time = _ms(times.min_ns)
            more.max_response_time = _ms(times.max_ns)
        later = Histogram()
        later.counts = np.maximum(times.counts - shown.times.counts, 0)
        for middle_ns, count in zip(*(column.tolist() for column in later.occupied()), strict=True):
            more.response_times[_ms(middle_ns)] += count
        more.num_reqs_per_sec[int(now)] = more.num_requests
        more.num_fail_per_sec[int(now)] = more.num_failures
        more.last_request_timestamp = now
        return more

    def _counts_in_total(self, key: tuple[str, str]) -> bool:
        return key[1] != "deliver" or all(
            kind in ("deliver", "connect") for _, kind in {*self._stats.entries, key}
        )


def forget_replies(stats: RequestStats) -> None:
    """Take the replies to users with tasks out of Locust's statistics."""
    replies = [key for key in stats.entries if key[1] == REPLY]
    for key in replies:
        del stats.entries[key]
    for name in [name for name, error in stats.errors.items() if error.method == REPLY]:
        del stats.errors[name]
    if replies:
        stats.total.reset()
        for entry in stats.entries.values():
            stats.total.extend(entry)


def _ms(time_ns: int) -> int:
    """Return ms at three significant digits; Locust declares whole ones, and takes any number."""
    return float(f"{time_ns / 1e6:.3g}")  # type: ignore[return-value]
