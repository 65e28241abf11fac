"""Connections on which each message is two: a text that announces it, and what it announces."""

from wswarm.drive.drivers.connection import Connection, Events, Timing


def preceded(connection: Connection, before: bytes) -> Connection:
    """Return the connection, on which that is said before each message if it is anything."""
    return Preceded(connection, before) if before else connection


class Preceded:
    """A connection that says something before each message.

    Args:
        before: As text.
    """

    def __init__(self, connection: Connection, before: bytes) -> None:
        self._connection, self._before = connection, before
        self.subprotocol: str | None = connection.subprotocol
        self.timing: Timing = connection.timing
        self.address: str = connection.address
        self.ping, self.abort = connection.ping, connection.abort
        self.say, self.say_goodbye, self.tap = connection.say, connection.say_goodbye, connection.tap
        self.reset = connection.reset

    @property
    def is_open(self) -> bool:
        """Whether a message can still be sent."""
        return self._connection.is_open

    @property
    def is_writable(self) -> bool:
        """Whether the write buffer has room."""
        return self._connection.is_writable

    def attach(self, events: Events) -> None:
        """Tell somebody else what comes from now on."""
        self._connection.attach(events)

    def send(self, payload: bytes) -> None:
        """Send what goes before, and the message."""
        self._connection.say(self._before)
        self._connection.send(payload)
