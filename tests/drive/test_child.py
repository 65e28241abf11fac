"""An agent's process, as its front end holds it."""

from wswarm.drive.fleet.child import Child
from wswarm.drive.fleet.started import start_agent


def test_an_agent_that_is_given_up_is_said_to_have_been_silent_not_to_have_been_killed() -> None:
    child = Child(start_agent("agent 1"))
    try:
        child.give_up(30.0)
        while child.death is None:
            list(child.hear())
    finally:
        child.end()
    assert child.death == "agent 1 did not answer for 30 s: it hangs, or the machine is too busy to run it"


def test_an_agent_that_is_discarded_has_ended_and_may_be_so_twice() -> None:
    started = start_agent("agent 1")
    started.discard()
    assert started.process.poll() is not None
    started.discard()
    assert started.errors.closed
