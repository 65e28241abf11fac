"""An agent's process, as its front end holds it."""

import io
import socket

from wswarm.drive.fleet.child import Child
from wswarm.drive.fleet.started import Started, start_agent


class LateReader:
    """A process that says something before it reads what it was told, once its front end waits for its end."""

    def __init__(self, channel: socket.socket) -> None:
        self.heard = b""
        self._channel = channel

    def wait(self, _: float) -> int:
        self._channel.sendall(b"said meanwhile")
        while more := self._channel.recv(1 << 16):
            self.heard += more
        return 0


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


def test_an_agent_that_is_slow_reads_all_it_was_told_before_the_end_and_may_speak_meanwhile() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = LateReader(theirs)
        child = Child(Started("agent 1", process, ours, io.BytesIO()))  # type: ignore[arg-type]
        child.send(b"the last words")
        child.end()
    assert process.heard == b"the last words"
    assert ours.fileno() == -1
