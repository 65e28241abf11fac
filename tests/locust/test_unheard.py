"""Messages that came in and that users did not get are told, and whose fault that is."""

import time

import gevent
import msgspec
import pytest

from tests.report import runs
from wswarm.drive.agent import Agent
from wswarm.drive.fleet import wire
from wswarm.locust.master.unheard import with_unheard
from wswarm.locust.script import Message
from wswarm.locust.worker.inbox import KEPT
from wswarm.locust.worker.listener import Listener
from wswarm.results.run import Run, Validity

SOUND = msgspec.structs.replace(runs.echo(), validity=Validity(verdict="valid", reasons=[]), notices=[])
LOSSY = msgspec.structs.replace(
    runs.echo(lost=30), validity=Validity(verdict="valid", reasons=[]), notices=[]
)


@pytest.mark.parametrize(
    ("run", "is_script", "verdict", "told"),
    [
        (SOUND, True, "suspect", "no reply is known to be among them"),
        (LOSSY, True, "invalid", "the 30 lost replies may be among them"),
        (LOSSY, False, "valid", "on_message missed them; the figures stand"),
    ],
)
def test_what_was_not_handed_to_locust_is_told_with_its_count(
    run: Run, is_script: bool, verdict: str, told: str
) -> None:
    found = with_unheard(run, 1_234, 0, is_script=is_script)
    (line,) = [*found.notices, *found.validity.reasons]
    assert line.startswith("1,234 messages came in and were not handed to Locust")
    assert told in line
    assert found.validity.verdict == verdict


def test_what_on_message_alone_missed_says_nothing_against_the_figures() -> None:
    found = with_unheard(LOSSY, 0, 7, is_script=True)
    assert found.notices == [
        "on_message missed 7 messages: it was 1,000 behind; do less in it, or use more workers"
    ]
    assert found.validity == LOSSY.validity


def test_where_all_was_heard_nothing_is_told() -> None:
    assert with_unheard(SOUND, 0, 0, is_script=True) == SOUND


def test_a_listener_that_is_too_far_behind_counts_what_it_misses() -> None:
    heard: list[Message] = []
    listener = Listener(heard.append)
    for number in range(KEPT + 3):
        listener.hear(Message(b"", number))
    while len(heard) < KEPT:
        gevent.sleep(0)  # a turn, of which it may need several
    assert listener.missed == 3
    assert [one.received_ns for one in heard] == list(range(3, KEPT + 3))


def test_an_agent_counts_what_it_cannot_pass_on_by_group(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = object.__new__(Agent)
    agent._unheard = [0, 0]
    monkeypatch.setattr(Agent, "_is_behind", lambda _: True)
    for group in (1, 0, 1):
        agent._say(wire.Heard(group, 0, 1, b""))
    assert agent._unheard == [1, 2]


def test_a_slow_listener_lets_the_others_have_their_turn() -> None:
    seen: list[str] = []

    def call(_: Message) -> None:
        time.sleep(0.006)
        seen.append("message")

    listener = Listener(call)
    for number in range(3):
        listener.hear(Message(b"", number))
    gevent.spawn(seen.append, "another")
    gevent.sleep(0)
    gevent.sleep(0)
    assert seen[:2] == ["message", "another"]
    listener.end()
