"""Lost connections: counted, explained and timed."""

from collections.abc import Sequence

import msgspec
import pytest

from tests.stats.made import WINDOW, S, findings, ints, sockets
from wswarm.stats.drops import after, close_reasons, drops_of, failure, notices
from wswarm.stats.findings import STILL_OPEN, Arrivals, Findings, Sends, pack
from wswarm.stats.published import in_rooms

MS = S // 1000
BEGAN_NS = WINDOW.origin_ns

Ending = tuple[str | None, int, int]
"""Label (`None`: it did not end), when it opened and when it closed, ms since the run began."""


def agent(*ended: Ending, spoke_ms: Sequence[int] = (), role: str = "") -> Findings:
    """Return the findings of an agent whose connections ended so."""
    labels = list(dict.fromkeys(label for label, _, _ in ended if label is not None))
    opened_ns = [BEGAN_NS + opened * MS for _, opened, _ in ended]
    closed_ns = [STILL_OPEN if label is None else BEGAN_NS + closed * MS for label, _, closed in ended]
    found = findings(
        sockets(
            opened_ns,
            closed_ns,
            endings=labels,
            ending=[-1 if label is None else labels.index(label) for label, _, _ in ended],
            spoke_ns=[BEGAN_NS + spoke * MS for spoke in spoke_ms],
        )
    )
    sends = Sends(offered=0, sent=0, lag=b"", per_second=b"")
    return Findings(
        sockets=found.sockets,
        effort=found.effort,
        is_publisher=role == "publish",
        sends=sends if role in ("publish", "echo") else None,
        arrivals=nothing() if role in ("subscribe", "echo") else None,
    )


def nothing() -> Arrivals:
    """Return that nothing arrived."""
    counts = dict.fromkeys(
        (
            *("owed", "received", "lost_disconnected", "lost_silent", "duplicated", "reordered"),
            "extra",
            "unmarked",
        ),
        0,
    )
    packed = dict.fromkeys(
        ("response", "service", "by_second", "received_per_second", "lost_per_second"), b""
    )
    return Arrivals(**counts, **packed)


def told(*agents: Findings) -> list[str]:
    """Return the notices of a run of these agents."""
    return notices(drops_of(agents, WINDOW))


def failed(*agents: Findings, is_nothing_measured: bool = False) -> str | None:
    """Return how the target failed in a run of these agents."""
    return failure(drops_of(agents, WINDOW), is_nothing_measured=is_nothing_measured)


def test_one_reason_for_all_is_told_with_count_and_time() -> None:
    both = [agent(*[("4403 plan expired", 10 * i, 900 + 10 * i) for i in range(10)]) for _ in range(2)]
    assert told(*both) == ["the target closed 20 of 20 connections: 4403 plan expired, after 0.9 s"]


def test_several_reasons_are_listed_the_most_frequent_first_each_with_its_time() -> None:
    found = agent(
        ("1006", 0, 300),
        *[("4008 rate limited", 0, 1000)] * 3,
        *[("1008", 0, ms) for ms in (200, 3100)],
        (None, 0, 0),
    )
    assert told(found) == [
        "the target closed 6 of 7 connections: 3 × 4008 rate limited after 1.0 s, 2 × 1008 (policy) after 0.2 s to"
        " 3.1 s, 1 × 1006 (no close frame) after 0.3 s"
    ]


def test_many_reasons_are_told_up_to_a_bound() -> None:
    found = agent(*[(f"40{number:02} no", 0, 40) for number in range(30)], ("other", 0, 40))
    (notice,) = told(found)
    assert notice.count("×") == 5
    assert notice.endswith("and 26 for other reasons")
    assert close_reasons(drops_of([found], WINDOW))["4029 no"] == 1


def test_what_we_had_to_end_is_not_called_closed_by_the_target() -> None:
    found = agent(("ended by us: bad frame", 0, 50), ("1001", 0, 50), (None, 0, 0))
    assert told(found) == [
        "the target closed 1 of 3 connections: 1001 (going away), after 50 ms",
        "1 of 3 connections had to be ended because of what the target sent: ended by us: bad frame, after 50 ms",
    ]


def test_nothing_is_told_where_nothing_was_lost() -> None:
    assert told(agent((None, 0, 0))) == []


def test_connections_cut_after_the_same_silence_lead_to_a_guess() -> None:
    found = agent(*[("1006", 30 * i, 2000 + 30 * i + i % 3) for i in range(10)])
    assert told(found)[1:] == [
        "each of those with 1006 ended 2.0 s after the last word on it: the target, or a proxy or load balancer"
        " before it, may cut what is silent for 2.0 s; --ping 1s keeps them alive"
    ]


def test_the_silence_counts_from_the_last_message_not_from_the_opening() -> None:
    spoke_ms = [500 * i for i in range(5)]
    found = agent(*[("1006", 0, 2000 + spoke) for spoke in spoke_ms], spoke_ms=spoke_ms)
    assert "2.0 s after the last word" in told(found)[1]


def test_a_subscriber_has_heard_the_last_broadcast_before_its_end() -> None:
    log = pack(ints([0, 1, *[BEGAN_NS + 1000 * MS, BEGAN_NS + 4000 * MS] * 2]))
    publisher = Findings(
        sockets=sockets([BEGAN_NS]),
        effort=findings().effort,
        sends=Sends(offered=2, sent=2, lag=b"", per_second=b"", log=log),
    )
    found = drops_of([agent(("1006", 0, 3000), role="subscribe"), publisher], WINDOW)
    assert found.groups[0].idle_s == [2.0]


def test_a_subscriber_has_heard_the_last_broadcast_of_its_own_room() -> None:
    numbers = in_rooms(ints([0, 1]), ints([3, 4]))
    log = pack(ints([*numbers, *[BEGAN_NS + 1000 * MS, BEGAN_NS + 2500 * MS] * 2]))
    publisher = Findings(
        sockets=sockets([BEGAN_NS]),
        effort=findings().effort,
        sends=Sends(offered=2, sent=2, lag=b"", per_second=b"", log=log),
    )
    subscriber = agent(*[("1006", 0, 3000)] * 3, role="subscribe")
    in_their_rooms = msgspec.structs.replace(subscriber.sockets, rooms=pack(ints([4, 3, 5])))
    subscriber = msgspec.structs.replace(subscriber, sockets=in_their_rooms)
    assert drops_of([subscriber, publisher], WINDOW).groups[0].idle_s == [0.5, 2.0, 3.0]


@pytest.mark.parametrize("label", ["1006", "1000", "4408 idle"])
def test_a_target_that_died_is_not_taken_for_one_that_cuts_the_silent(label: str) -> None:
    died = agent(*[(label, 3 * i, 2000) for i in range(10)])
    assert len(told(died)) == 1


@pytest.mark.parametrize(
    ("lost", "kept", "is_failure"),
    [(10, 10, True), (9, 11, False), (20, 0, True), (1, 0, True), (0, 5, False)],
)
def test_a_target_that_hangs_up_on_half_of_the_connections_has_failed(
    lost: int, kept: int, is_failure: bool
) -> None:
    found = failed(agent(*[("1001", 0, 100)] * lost, *[(None, 0, 0)] * kept))
    assert (found is not None) == is_failure
    if found is not None:
        assert found == f"it closed {lost} of {lost + kept} connections before the hold's end"


def test_what_is_lost_after_the_hold_is_told_and_is_no_failure() -> None:
    late = agent(*[("1012", 0, (WINDOW.drain_ns - BEGAN_NS) // MS)] * 5)
    assert failed(late) is None
    assert len(told(late)) == 1


def test_a_target_that_hangs_up_on_all_publishers_has_failed() -> None:
    subscribers = agent(*[(None, 0, 0)] * 10, role="subscribe")
    one_left = agent(("1008", 0, 10), (None, 0, 0), role="publish")
    assert failed(subscribers, one_left) is None
    assert (
        failed(subscribers, agent(("1008", 0, 10), role="publish"))
        == "it closed all publishers before the hold's end"
    )


def test_a_target_that_hangs_up_on_all_subscribers_has_failed_if_nothing_was_measured() -> None:
    agents = agent(("1008", 0, 10), role="subscribe"), agent(*[(None, 0, 0)] * 3, role="publish")
    assert failed(*agents) is None
    assert failed(*agents, is_nothing_measured=True) == "it closed all subscribers before the hold's end"


@pytest.mark.parametrize(
    ("times_s", "told"),
    [
        ([0.2, 3.1], "0.2 s to 3.1 s"),
        ([0.46, 0.54], "0.5 s"),
        ([0.451, 0.53], "0.5 s"),
        ([0.001, 0.0012], "1.1 ms"),
        ([60.0, 60.0], "60.0 s"),
    ],
)
def test_times_that_read_alike_are_told_once(times_s: Sequence[float], told: str) -> None:
    assert after(times_s) == told
