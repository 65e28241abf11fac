"""Commands to an agent: many greenlets tell them, and one at a time writes."""

import gevent
import pytest

from wswarm.drive.fleet import wire
from wswarm.locust.worker.outgoing import Outgoing


class SlowAgent:
    """Takes one command at a time, as a full socket does, and dislikes a second writer."""

    death: str | None = None

    def __init__(self) -> None:
        self.heard: list[wire.Command] = []
        self.is_hung_up = False
        self._is_busy = False

    def tell(self, command: wire.Command) -> None:
        assert not self._is_busy, "two greenlets write at once"
        self._is_busy = True
        gevent.sleep(0)
        self.heard.append(command)
        self._is_busy = False

    def hang_up(self) -> None:
        self.is_hung_up = True


@pytest.fixture
def agent() -> SlowAgent:
    return SlowAgent()


def test_what_many_greenlets_tell_at_once_is_written_by_one_in_the_order_of_telling(agent: SlowAgent) -> None:
    outgoing = Outgoing(agent)  # type: ignore[arg-type]
    commands = [wire.Leave(0, number) for number in range(500)]
    gevent.joinall([gevent.spawn(outgoing.tell, one) for one in commands], raise_error=True)
    outgoing.finish()
    assert agent.heard == [*commands, wire.Close()]


def test_an_agent_that_was_told_to_close_is_hung_up_so_that_its_end_is_no_death(agent: SlowAgent) -> None:
    outgoing = Outgoing(agent)  # type: ignore[arg-type]
    outgoing.tell(wire.Leave(0, 1))
    assert not agent.is_hung_up
    outgoing.finish()
    assert agent.is_hung_up


def test_an_agent_that_is_gone_is_told_nothing_and_nobody_waits_for_it(agent: SlowAgent) -> None:
    outgoing = Outgoing(agent)  # type: ignore[arg-type]
    agent.death = "killed"
    outgoing.tell(wire.Leave(0, 1))
    outgoing.finish()
    outgoing.tell(wire.Leave(0, 2))
    assert len(agent.heard) <= 1
