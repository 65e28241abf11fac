"""``relay(to_sender=False)``: what a client sends goes at once to every other.

Deliveries go out in order of connecting.

``to_sender`` includes the sender. Publishers who have not sent yet or are between two messages receive too.
Facts: those of ``PicowsServer``; ``sent`` is the number of deliveries.
"""

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run


class Relay(PicowsServer):
    """Sends each message to every client, with or without its sender."""

    def __init__(self, to_sender: bool = False) -> None:
        super().__init__()
        self._to_sender = to_sender

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        receivers = list(self.open)
        if not self._to_sender:
            receivers.remove(connection)
        for receiver in receivers:
            receiver.transport.send(kind, payload)
        self.sent += len(receivers)


if __name__ == "__main__":
    run(Relay)
