"""Whoever does not answer for long is given up, but not because this process itself stood still."""

from typing import Any

import pytest

from wswarm.experiment import session
from wswarm.experiment.session import Session
from wswarm.load.plan import make_plan
from wswarm.units import NS_PER_S

GRACE_S = 10.0


class Agent:
    """An agent that can be given up."""

    unfit = death = None
    gave_up = False

    def give_up(self, _: float) -> None:
        self.gave_up = True


class Fleet:
    """A fleet whose agents have said something by a moment; listening takes as long as it may, by its own clock."""

    def __init__(self, says_s: float) -> None:
        self.now_s, self._says_s = 0.0, says_s
        self.agents = self.living = [Agent()]
        self.has_said = False

    def listen(self, timeout: float) -> bool:
        """Let the time pass, and hear what was said by then."""
        had, self.now_s = self.has_said, self.now_s + timeout
        self.has_said |= self.now_s >= self._says_s
        return self.has_said and not had

    def gave_up(self) -> bool:
        """Return whether an agent was given up."""
        return self.agents[0].gave_up


def listened(
    monkeypatch: pytest.MonkeyPatch, says_s: float, stands_at_s: float = 1e9, stood_s: float = 0.0
) -> Fleet:
    """A fleet that is listened to until its agent says something or is given up, which is due at 1 s.

    Args:
        stands_at_s: When this process stands still, for `stood_s`.
    """
    fleet = Fleet(says_s)
    stops = [(stands_at_s, stood_s)]

    def stand_still() -> None:
        if stops and fleet.now_s >= stops[0][0]:
            fleet.now_s += stops.pop()[1]

    one: Any = object.__new__(Session)
    one._plan, one.fleet = make_plan("echo", "ws://h"), fleet
    monkeypatch.setattr(session, "now_ns", lambda: round(fleet.now_s * NS_PER_S))
    one.listen_until(lambda: fleet.has_said or fleet.gave_up(), NS_PER_S, GRACE_S, stand_still)
    return fleet


def test_an_agent_that_says_nothing_is_given_up_after_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = listened(monkeypatch, says_s=1e9)
    assert fleet.gave_up()
    assert 1 + GRACE_S < fleet.now_s < 1 + GRACE_S + 0.3


def test_one_that_answers_within_the_grace_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not listened(monkeypatch, says_s=GRACE_S).gave_up()


def test_what_was_said_while_this_process_stood_still_is_heard_first(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = listened(monkeypatch, says_s=1.2, stands_at_s=0.5, stood_s=60.0)
    assert not fleet.gave_up()


def test_who_comes_late_to_listen_waits_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = Fleet(says_s=100.0)
    fleet.now_s = 95.0
    one: Any = object.__new__(Session)
    one._plan, one.fleet = make_plan("echo", "ws://h"), fleet
    monkeypatch.setattr(session, "now_ns", lambda: round(fleet.now_s * NS_PER_S))
    one.listen_until(lambda: fleet.has_said, NS_PER_S, GRACE_S)
    assert not fleet.gave_up()
