"""What the front end is told of single connections of a group: decided, ended, heard, said."""

from collections.abc import Callable

import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Ended
from wswarm.drive.fleet import wire
from wswarm.drive.swarm import Swarm
from wswarm.stats.findings import STILL_OPEN, Packed
from wswarm.stats.histogram import Histogram


class Telling:
    """Tells of the connections of one group.

    Args:
        number: The group's place among its agent's.
        say: Reports to the front end.
    """

    def __init__(self, number: int, swarm: Swarm, say: Callable[[wire.Report], None]) -> None:
        self._number, self._swarm, self._say = number, swarm, say
        self._handshakes, self._fresh_ns = Histogram(), list[int]()

    def decided(self, row: int, failure: str | None) -> None:
        """Tell that a connection has opened, or why it failed."""
        timing = self._swarm.rows[row].timing
        if timing is not None:
            self._fresh_ns.append(timing.opened_ns - timing.started_ns)
        self._say(wire.Joined(self._number, row, failure))

    def ended(self, row: int, ended: Ended) -> None:
        """Tell that a connection was lost."""
        self._say(wire.Ended(self._number, row, ended.code))

    def heard(self, row: int, payload: bytes, received_ns: int) -> None:
        """Pass a message on."""
        self._say(wire.Heard(self._number, row, received_ns, payload))

    def traced(self, connection: int, moment_ns: int, kind: str, words: str) -> None:
        """Tell what a connection said, heard or went through."""
        self._say(wire.Traced(connection, moment_ns, kind, words))

    def speak(self, say: wire.Say) -> None:
        """Send a message of somebody else's now, and tell when."""
        row = self._swarm.rows[say.row]
        sent_ns = 0
        if row.connection is not None and row.connection.is_open and row.left_ns == STILL_OPEN:
            sent_ns = now_ns()
            if say.is_binary:
                row.connection.say(say.payload, is_binary=True)
            else:
                row.connection.send(say.payload)
        self._say(wire.Said(self._number, say.row, say.number, sent_ns))

    def handshakes(self) -> Packed:
        """Return the handshake times of those that were told to have opened."""
        if self._fresh_ns:
            self._handshakes.record(np.array(self._fresh_ns, np.int64))
            self._fresh_ns.clear()
        return self._handshakes.pack()
