"""What has gone through this process: plain counters, cheap enough for every message."""

from dataclasses import dataclass


@dataclass(slots=True)
class Traffic:
    """Counts since the process began; only the event loop's thread changes them.

    Attributes:
        connections_open: WebSockets accepted and not yet ended.
        connections_total: WebSockets ever accepted; refused handshakes are not counted.
        messages_in: messages received that the endpoint could use.
        messages_out: messages handed to the server, one per recipient.
    """

    connections_open: int = 0
    connections_total: int = 0
    messages_in: int = 0
    messages_out: int = 0

    def opened(self) -> None:
        """Count a connection that has been accepted."""
        self.connections_open += 1
        self.connections_total += 1

    def closed(self) -> None:
        """Count the end of a connection that was counted by ``opened``."""
        self.connections_open -= 1
