"""What all agents found out together is what one agent would have found out alone."""

import random
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.made import WINDOW, Arrival, S, batch, effort, histogram, ints, sockets
from wswarm.results.run import Connections
from wswarm.stats import summary
from wswarm.stats.broadcasts import Broadcasts
from wswarm.stats.findings import STILL_OPEN, Findings, Int64s, Sends, pack
from wswarm.stats.histogram import Histogram
from wswarm.stats.published import Published
from wswarm.stats.series import series

LAW = settings(max_examples=40, deadline=None, derandomize=True)
MS = S // 1000
ROWS, PUBLISHERS, BROADCASTS, WARMUP = 6, 2, 8, 2


def due_ns(broadcast: int) -> int:
    """Return when a broadcast was intended."""
    return (WINDOW.start_ns if broadcast < WARMUP else WINDOW.hold_ns) + broadcast * 100 * MS


DUE_NS = ints(due_ns(one) for one in range(BROADCASTS))
SENT = ints(one for one in range(BROADCASTS) if one != 5)


def publisher() -> Findings:
    """Return the findings of the publishers' agent: all broadcasts sent but the one numbered 5."""
    sends = Sends(
        offered=6,
        sent=5,
        lag=histogram([MS] * 5).pack(),
        per_second=pack(ints([0, 0, 2, 5])),
        log=pack(np.concatenate((SENT, DUE_NS[SENT], DUE_NS[SENT] + MS))),
    )
    opened = [WINDOW.origin_ns + MS] * PUBLISHERS
    return Findings(sockets=sockets(opened), effort=effort(), sends=sends)


def subscribers(
    rows: Sequence[int], arrivals: Sequence[Arrival], opened_ns: Int64s, closed_ns: Int64s
) -> Findings:
    """Return the findings of the agent that holds these rows of all."""
    tally = Broadcasts(WINDOW, range(PUBLISHERS), 5 * S)
    mine = [(rows.index(arrival[0]), *arrival[1:]) for arrival in arrivals if arrival[0] in rows]
    own = opened_ns[list(rows)], closed_ns[list(rows)]
    tally.see(*own, np.full(len(rows), STILL_OPEN))
    tally.publish(Published(SENT, DUE_NS[SENT], DUE_NS[SENT] + MS))
    tally.record(batch(mine))
    tally.settle_some(0, is_over=True)
    held = sockets(opened_ns[list(rows)].tolist(), closed_ns[list(rows)].tolist())
    return Findings(sockets=held, effort=effort(), arrivals=tally.findings())


def run_of(seed: int, groups: Sequence[Sequence[int]]) -> list[Findings]:
    """Return the findings of one random fan-out whose subscribers are shared out to agents."""
    chance = random.Random(seed)
    opened_ns = ints(WINDOW.origin_ns + chance.randrange(-3 * S, 3 * S) for _ in range(ROWS))
    closed_ns = ints(chance.choice([STILL_OPEN, WINDOW.drain_ns - 2 * S]) for _ in range(ROWS))
    arrivals: list[Arrival] = []
    for _ in range(chance.randrange(60)):
        broadcast = chance.choice([one for one in range(BROADCASTS) if one != 5])
        source = broadcast % PUBLISHERS
        received_ns = due_ns(broadcast) + chance.randrange(MS, S)
        arrivals.append((chance.randrange(ROWS), source, broadcast, due_ns(broadcast), received_ns))
    held = [subscribers(rows, arrivals, opened_ns, closed_ns) for rows in groups if rows]
    return [*held, publisher()]


def connections(*agents: Findings) -> Connections:
    """Return how the sockets of the agents fared."""
    return summary.connections(agents, WINDOW)


ALL = [list(range(ROWS))]
GROUPS = st.lists(st.integers(0, 2), min_size=ROWS, max_size=ROWS).map(
    lambda agents: [[row for row in range(ROWS) if agents[row] == agent] for agent in range(3)]
)
SEEDS = st.integers(0, 10_000)


@LAW
@given(SEEDS, GROUPS)
def test_several_agents_count_the_same_messages_as_one(seed: int, groups: list[list[int]]) -> None:
    assert summary.messages(run_of(seed, groups)) == summary.messages(run_of(seed, ALL))


@LAW
@given(SEEDS, GROUPS)
def test_several_agents_see_the_same_broadcasts_as_one(seed: int, groups: list[list[int]]) -> None:
    one, several = (
        summary.fanout(run_of(seed, shared), WINDOW, publishers=PUBLISHERS) for shared in (ALL, groups)
    )
    assert several == one


@LAW
@given(SEEDS, GROUPS)
def test_several_agents_have_the_same_series_as_one(seed: int, groups: list[list[int]]) -> None:
    one, several = (series(run_of(seed, shared), WINDOW, WINDOW.drain_ns + S) for shared in (ALL, groups))
    assert several == one


@LAW
@given(SEEDS, GROUPS)
def test_several_agents_hold_the_same_connections_as_one(seed: int, groups: list[list[int]]) -> None:
    assert connections(*run_of(seed, groups)) == connections(*run_of(seed, ALL))


def test_messages_are_the_sums_over_the_agents() -> None:
    found = summary.messages([publisher(), publisher()])
    assert (found.offered, found.sent, found.owed) == (12, 10, 0)


def test_rates_are_messages_per_second_of_the_hold() -> None:
    found = msgspec.structs.replace(summary.messages([publisher()]), received=20)
    rates = summary.rates(found, 2.0, 4.0)
    assert (rates.offered, rates.achieved, rates.received) == (2.0, 1.25, 5.0)


def test_a_distribution_gives_seconds() -> None:
    made = summary.distribution(histogram([MS, 2 * MS, 6 * MS]))
    assert (made.n, made.min, made.mean, made.max) == (3, 0.001, 0.003, 0.006)


@pytest.mark.parametrize(
    ("n", "known"),
    [
        (7, []),
        (8, ["p50"]),
        (100, ["p50", "p90", "p95"]),
        (400, ["p50", "p90", "p95", "p99"]),
        (4_000, ["p50", "p90", "p95", "p99", "p99_9"]),
        (40_000, ["p50", "p90", "p95", "p99", "p99_9", "p99_99"]),
    ],
)
def test_a_percentile_that_n_cannot_carry_is_null(n: int, known: list[str]) -> None:
    made = summary.distribution(histogram(range(MS, MS + n)))
    assert [name for name in summary.PERCENTS if getattr(made, name) is not None] == known


def test_a_distribution_of_nothing_has_only_its_n() -> None:
    built = msgspec.to_builtins(summary.distribution(Histogram()))
    assert {name for name, value in built.items() if value is not None} == {"n"}


def test_the_stored_histogram_is_the_whole_one() -> None:
    values = [MS, 2 * MS, 2 * MS, S]
    hdr = summary.distribution(histogram(values)).hdr
    assert hdr is not None
    assert Histogram.decode(hdr).counts.tolist() == histogram(values).counts.tolist()


def test_values_are_merged_whatever_agent_recorded_them() -> None:
    merged = summary.merged([histogram([MS]).pack(), b"", histogram([2 * MS]).pack()])
    assert np.array_equal(merged.counts, histogram([MS, 2 * MS]).counts)
