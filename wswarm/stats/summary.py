"""The parts of a `Run`, made of what all agents found out together."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from wswarm.results.run import (
    Broadcast,
    Connections,
    Distribution,
    Fanout,
    Handshake,
    Lost,
    Messages,
    Moment,
    Rates,
    Unsent,
)
from wswarm.stats.again import every_sockets
from wswarm.stats.drops import close_reasons, drops_of
from wswarm.stats.findings import (
    STILL_OPEN,
    UNKNOWN,
    Arrivals,
    Findings,
    Int64s,
    Packed,
    Sends,
    Sockets,
    Window,
    unpack,
)
from wswarm.stats.histogram import Histogram, is_supported
from wswarm.stats.published import Published, read_log
from wswarm.stats.reach import put_together
from wswarm.units import NS_PER_S

PERCENTS = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99_9": 99.9, "p99_99": 99.99}
BROADCASTS_KEPT = 5_000
POINTS_KEPT = 1_000


def merged(packed: Iterable[Packed]) -> Histogram:
    """Return one histogram of all values."""
    histogram = Histogram()
    for part in packed:
        histogram.merge_packed(part)
    return histogram


def of_values(values_ns: Int64s) -> Histogram:
    """Return the histogram of the values."""
    histogram = Histogram()
    histogram.record(values_ns)
    return histogram


def distribution(histogram: Histogram) -> Distribution:
    """Return the figures of a histogram; a percentile that n can't carry is `None`."""
    if histogram.n == 0 or histogram.min_ns is None or histogram.max_ns is None:
        return Distribution(n=0)
    percentiles = {
        name: seconds(histogram.percentile_ns(percent)) if is_supported(histogram.n, percent) else None
        for name, percent in PERCENTS.items()
    }
    return Distribution(
        n=histogram.n,
        min=histogram.min_ns / NS_PER_S,
        mean=histogram.total_ns / histogram.n / NS_PER_S,
        max=histogram.max_ns / NS_PER_S,
        hdr=histogram.encode(),
        **percentiles,
    )


def seconds(value_ns: int | None) -> float | None:
    """Return nanoseconds as seconds, and nothing as nothing."""
    return None if value_ns is None else value_ns / NS_PER_S


def connections(findings: Sequence[Findings], window: Window) -> Connections:
    """Return how all sockets fared."""
    sockets = [found.sockets for found in findings]
    columns = {
        name: np.concatenate([unpack(getattr(one, name)) for one in sockets])
        for name in ("tcp_ns", "tls_ns", "upgrade_ns", "started_ns", "opened_ns", "closed_ns")
    }
    tls_ns = columns["tls_ns"]
    left_ns = np.concatenate([left_ns_of(one) for one in sockets])
    steps = _steps(every_sockets(findings))
    is_dropped = columns["closed_ns"] != STILL_OPEN
    failures = _counted(one.failures for one in sockets)
    return Connections(
        requested=sum(one.requested for one in sockets),
        opened=len(tls_ns),
        failed=sum(failures.values()),
        peak=max((count for _, count in steps), default=0),
        dropped=int(np.count_nonzero(is_dropped)),
        left=int(np.count_nonzero(left_ns != STILL_OPEN)),
        failures=failures,
        closes=_counted(one.closes for one in sockets),
        subprotocols=_counted(one.subprotocols for one in sockets),
        addresses=_counted(one.addresses for one in sockets),
        close_reasons=close_reasons(drops_of(findings, window)),
        open_time=distribution(of_values((columns["closed_ns"] - columns["opened_ns"])[is_dropped]))
        if is_dropped.any()
        else None,
        handshake_time=distribution(of_values(columns["opened_ns"] - columns["started_ns"])),
        ready_time=distribution(of_values(_ready_ns(sockets) - columns["started_ns"])),
        tcp_time=distribution(of_values(columns["tcp_ns"])),
        tls_time=distribution(of_values(tls_ns[tls_ns != UNKNOWN])) if (tls_ns != UNKNOWN).any() else None,
        upgrade_time=distribution(of_values(columns["upgrade_ns"])),
        **_pings(sockets),
        timeline=[Moment(t=_since(moment_ns, window), open=count) for moment_ns, count in _thinned(steps)],
        handshakes=_handshakes(every_sockets(findings), window),
    )


def _ready_ns(sockets: Sequence[Sockets]) -> Int64s:
    """Return when each opened connection was ready."""
    return np.concatenate([unpack(one.ready_ns or one.opened_ns) for one in sockets])


def _handshakes(sockets: Sequence[Sockets], window: Window) -> list[Handshake]:
    """Return when handshakes were done and how long they took: some of very many."""
    opened_ns, started_ns = (
        np.concatenate([unpack(getattr(one, name)) for one in sockets])
        for name in ("opened_ns", "started_ns")
    )
    return [
        Handshake(t=_since(opened, window), time=(opened - started) / NS_PER_S)
        for opened, started in _thinned(_ascending(opened_ns, started_ns))
    ]


def _counted(found: Iterable[dict[str, int]]) -> dict[str, int]:
    """Return the sums of what the agents counted, most first."""
    total: Counter[str] = Counter()
    for one in found:
        total.update(one)
    return dict(total.most_common())


def _pings(sockets: Sequence[Sockets]) -> dict[str, Any]:
    """Return what became of the pings of all agents; nothing where none were asked for."""
    pings = [one.pings for one in sockets if one.pings is not None]
    if not pings:
        return {}
    return {
        "ping_time": distribution(merged(one.times for one in pings)),
        "pings": sum(one.sent for one in pings),
        "pings_unanswered": sum(one.unanswered for one in pings),
    }


def messages(findings: Sequence[Findings]) -> Messages:
    """Return what became of the messages of the hold."""
    sends, arrivals = sends_of(findings), arrivals_of(findings)
    offered, sent = sum(one.offered for one in sends), sum(one.sent for one in sends)
    disconnected = min(sum(one.disconnected for one in sends), offered - sent)
    extra: Counter[str] = Counter()
    for one in arrivals:
        extra.update(one.extra_kinds)
    return Messages(
        offered=offered,
        sent=sent,
        unsent=Unsent(disconnected=disconnected, late=offered - sent - disconnected),
        owed=sum(one.owed for one in arrivals),
        received=sum(one.received for one in arrivals),
        lost=Lost(
            disconnected=sum(one.lost_disconnected for one in arrivals),
            silent=sum(one.lost_silent for one in arrivals),
        ),
        duplicated=sum(one.duplicated for one in arrivals),
        reordered=sum(one.reordered for one in arrivals),
        extra=sum(one.extra for one in arrivals),
        extra_kinds=dict((+extra).most_common()),
        unmarked=sum(one.unmarked for one in arrivals),
        protocol=sum(one.words.protocol for one in findings),
        unclear=sum(one.unclear for one in arrivals),
    )


def rates(found: Messages, offered: float | None, hold_s: float) -> Rates:
    """Return messages per second over a hold of `hold_s` seconds."""
    return Rates(offered=offered, achieved=found.sent / hold_s, received=found.received / hold_s)


def fanout(findings: Sequence[Findings], window: Window, *, publishers: int) -> Fanout:
    """Return how the broadcasts of the hold reached their subscribers.

    Args:
        publishers: Sockets that published.
    """
    arrivals = arrivals_of(findings)
    numbers, _, sent_ns = hold_log(sends_of(findings), window)
    reach = put_together([one.broadcasts for one in arrivals]).of(numbers)
    is_reached = reach.last_ns != UNKNOWN
    is_complete = is_reached & (reach.received == reach.owed)
    return Fanout(
        publishers=publishers,
        subscribers=sum(len(unpack(one.sockets.opened_ns)) for one in findings if one.arrivals is not None),
        broadcasts=len(sent_ns),
        incomplete=int(np.count_nonzero(reach.received < reach.owed)),
        delivery_time=distribution(merged(one.response for one in arrivals)),
        first_delivery=distribution(of_values(reach.first_ns[is_reached])),
        median_delivery=distribution(of_values(reach.median_ns[is_reached])),
        completion_time=distribution(of_values(reach.last_ns[is_complete])),
        spread=distribution(of_values((reach.last_ns - reach.first_ns)[is_complete])),
        per_broadcast=[
            _row((sent_ns, *reach[1:]), index, window)
            for index in range(0, len(sent_ns), max(1, -(-len(sent_ns) // BROADCASTS_KEPT)))
        ],
    )


def hold_log(sends: Sequence[Sends], window: Window) -> Published:
    """Return the hold's broadcasts in the order of their running numbers."""
    logs = [np.zeros((3, 0), np.int64), *(np.stack(read_log(one.log)) for one in sends)]
    log = Published(*np.concatenate(logs, axis=1))
    of_hold = log.where((log.intended_ns >= window.hold_ns) & (log.intended_ns < window.drain_ns))
    order = np.argsort(of_hold.sequences, kind="stable")
    return Published(*(column[order] for column in of_hold))


def _row(columns: tuple[Int64s, ...], index: int, window: Window) -> Broadcast:
    sent_ns, owed, received, *times_ns = (int(column[index]) for column in columns)
    first, median, last = map(_known, times_ns)
    return Broadcast(
        t=_since(sent_ns, window), owed=owed, received=received, first=first, median=median, last=last
    )


def sends_of(findings: Iterable[Findings]) -> list[Sends]:
    """Return what the agents that send sent."""
    return [one.sends for one in findings if one.sends is not None]


def arrivals_of(findings: Iterable[Findings]) -> list[Arrivals]:
    """Return what the agents that receive received."""
    return [one.arrivals for one in findings if one.arrivals is not None]


def left_ns_of(sockets: Sockets) -> Int64s:
    """Return per opened connection when it was told to leave."""
    return unpack(sockets.left_ns) if sockets.left_ns else np.full(len(unpack(sockets.opened_ns)), STILL_OPEN)


def ended_ns_of(sockets: Sockets) -> Int64s:
    """Return per connection when it was lost or left."""
    return np.minimum(unpack(sockets.closed_ns), left_ns_of(sockets))


def _known(value_ns: int) -> float | None:
    return None if value_ns == UNKNOWN else value_ns / NS_PER_S


def _steps(sockets: Sequence[Sockets]) -> list[tuple[int, int]]:
    """Return every change of the open connections: when, and how many then."""
    opened_ns = np.concatenate([unpack(one.opened_ns) for one in sockets])
    closed_ns = np.concatenate([ended_ns_of(one) for one in sockets])
    lost_ns = closed_ns[closed_ns != STILL_OPEN]
    moments = np.concatenate((opened_ns, lost_ns))
    steps = np.concatenate((np.ones(len(opened_ns), np.int64), np.full(len(lost_ns), -1, np.int64)))
    order = np.argsort(moments, kind="stable")
    return list(zip(moments[order].tolist(), np.cumsum(steps[order]).tolist(), strict=True))


def _ascending(keys: Int64s, values: Int64s) -> list[tuple[int, int]]:
    order = np.argsort(keys, kind="stable")
    return list(zip(keys[order].tolist(), values[order].tolist(), strict=True))


def _thinned(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return at most some 1,000 of the rows, evenly, the last among them."""
    step = max(1, -(-len(rows) // POINTS_KEPT))
    return [*rows[:-1:step], *rows[-1:]]


def _since(moment_ns: int, window: Window) -> float:
    return (moment_ns - window.origin_ns) / NS_PER_S
