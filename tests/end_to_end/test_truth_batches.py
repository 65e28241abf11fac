"""Servers that put several messages into one: each of them counts."""

from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.results.run import Messages

DRIVERS = pytest.mark.parametrize("driver", ["picows", "websockets"])
LINES, ARRAY, RECORDS = ("", "\n", ""), ("[", ",", "]"), ("", "\x1e", "\x1e")
MESSAGES = pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([LINES, ARRAY, RECORDS], {"json": '{"user":"u{id}","arguments":["{marker}"]}'}),
        ([("", "", "")], {"binary": True, "size": 100}),
        ([("", " ", "")], {"text": "{marker} once more: {marker}"}),
    ],
    ids=["lines, arrays and records", "binary", "marker twice"],
)


def is_clean(found: Messages | None, owed: int) -> bool:
    """Whether all that was owed came, once, and nothing else."""
    assert found is not None
    wrong = (found.lost.silent, found.lost.disconnected, found.duplicated, found.reordered, found.extra)
    return (found.owed, found.received, *wrong, found.unmarked) == (owed, owed, 0, 0, 0, 0, 0, 0)


@DRIVERS
@MESSAGES
def test_every_delivery_in_a_batch_counts(
    shapes: list[tuple[str, str, str]], message: dict[str, Any], driver: str
) -> None:
    """To six clients, which get the shapes in turn."""
    with serve("batching", every=0.03, shapes=shapes) as server:
        found = run("fanout", server.url, connections=6, rate=200, warmup=0, driver=driver, **message)
        facts = server.log()
    assert facts["most"] > 1
    assert is_clean(found.messages, owed=600)


def test_replies_that_come_together_count_for_the_open_model() -> None:
    with serve("batching", every=0.03, to_all=False) as server:
        found = run("echo", server.url, connections=2, rate=400, warmup=0)
        facts = server.log()
    assert facts["most"] > 1
    assert is_clean(found.messages, owed=200)


def test_a_batch_with_the_reply_among_others_releases_one_message_of_the_closed_model() -> None:
    """Each round is one batch of three for three connections: the reply, and two of others."""
    with serve("batching", every=0.03) as server:
        found = run("echo", server.url, connections=3, rate=None, warmup=0, closed=True).messages
        facts = server.log()
    assert found is not None
    assert (found.lost.silent, found.duplicated, found.unmarked) == (0, 0, 0)
    assert found.sent == found.received == facts["received"]
    assert found.received + found.extra == facts["items"] == 3 * found.received


def test_a_message_repeated_in_one_batch_is_a_duplicate_beyond_the_times_its_template_holds_it() -> None:
    with serve("faulty_echo", duplicate={"every": 1}) as server:
        twice = run("echo", server.url, connections=1, warmup=0, text="{marker}{marker}").messages
    assert twice is not None
    assert (twice.received, twice.duplicated) == (100, 100)


def test_what_a_relay_sends_to_everybody_is_told_as_of_other_connections() -> None:
    with serve("relay", to_sender=True) as server:
        found = run("echo", server.url, connections=4, warmup=0)
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received, found.messages.extra) == (100, 100, 300)
    assert found.messages.extra_kinds == {"of another connection": 300}
    assert "300 messages belong to other connections" in found.notices[-1]
