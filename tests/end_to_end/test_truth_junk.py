"""What is not ours: counted as unmarked, and in nobody's way."""

from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.results.run import Messages, Run

DRIVERS = pytest.mark.parametrize("driver", ["picows", "websockets"])
SENT = 120


def measure(driver: str, **every: int) -> tuple[Run, dict[str, Any]]:
    """120 messages on two connections, and what the server says of them."""
    with serve("junk", **every) as server:
        plan = {"connections": 2, "rate": 200, "duration": 0.6, "warmup": 0, "driver": driver}
        return run("echo", server.url, **plan), server.log()


def all_came(found: Messages | None) -> bool:
    """Whether each message was sent and answered once."""
    assert found is not None
    counts = (found.offered, found.sent, found.owed, found.received)
    wrong = (found.lost.silent, found.lost.disconnected, found.duplicated, found.reordered, found.extra)
    return counts == (SENT,) * 4 and wrong == (0,) * 5


@DRIVERS
def test_junk_of_every_kind_is_unmarked_and_disturbs_no_reply(driver: str) -> None:
    found, facts = measure(driver, text=2, empty=3, binary=5, huge=30, ping=4)
    junk = facts["junk"]
    assert junk == {"text": 60, "empty": 40, "binary": 24, "huge": 4, "ping": 30}
    assert found.messages is not None
    assert found.messages.unmarked == 60 + 40 + 24 + 4
    assert all_came(found.messages)
    assert facts["pongs"] == junk["ping"]
    assert (found.connections.dropped, found.connections.closes) == (0, {})


@DRIVERS
def test_a_marker_split_over_frames_is_found_even_with_a_ping_in_between(driver: str) -> None:
    found, facts = measure(driver, fragment=2, pieces=7, ping=4)
    assert facts["junk"] == {"fragment": 60, "ping": 30}
    assert found.messages is not None
    assert found.messages.unmarked == 0
    assert all_came(found.messages)
    assert facts["pongs"] == 30


@DRIVERS
def test_a_text_frame_that_is_not_utf8_is_unmarked_and_costs_no_connection(driver: str) -> None:
    """RFC 6455 8.1 would have a client close with 1007; both drivers take payloads as bytes and go on."""
    found, facts = measure(driver, invalid=10)
    assert facts["junk"] == {"invalid": 12}
    assert found.messages is not None
    assert found.messages.unmarked == 12
    assert all_came(found.messages)
    assert (found.connections.dropped, found.connections.closes) == (0, {})


def test_junk_of_the_warm_up_is_not_counted() -> None:
    """What has no mark counts by arrival: after the server sent it, and before it had the pong to the ping behind."""
    with serve("junk", text=1, ping=1) as server:
        found = run("echo", server.url, connections=2, rate=40, duration=2.5, warmup=0.5)
        facts = server.log()
    assert found.messages is not None
    assert facts["junk"] == {"text": 120, "ping": 120}
    due_ns, sent_ns, read_ns = zip(*sorted(facts["texts_ns"]), strict=True)
    hold_ns = due_ns[20]  # of the first message behind the warm-up's
    least, most = (sum(at >= hold_ns for at in moments_ns) for moments_ns in (sent_ns, read_ns))
    assert 100 <= least <= found.messages.unmarked <= most
