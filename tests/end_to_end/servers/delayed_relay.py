"""``delayed_relay(delay)``: what a client sends goes to every other, ``delay`` seconds after it was read.

Delays run side by side; a delivery is never early. Deliveries go out in order of connecting, to whoever is open when
they are due. Facts: those of ``PicowsServer``; ``sent`` is the number of deliveries; ``deliveries_ns``:
``[intended, delivered]`` of every marked message, ``intended`` as its mark says, ``delivered`` to the last client.
"""

from time import monotonic_ns
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run
from tests.end_to_end.servers.timer import SECOND_NS, Timer
from tests.end_to_end.servers.witness import MARK


class DelayedRelay(PicowsServer):
    """Sends each message to every client but its sender, ``delay`` seconds later."""

    def __init__(self, delay: float) -> None:
        super().__init__()
        self._delay_ns = round(delay * SECOND_NS)
        self._deliveries_ns: list[tuple[int, int]] = []

    async def listen(self) -> dict[str, Any]:
        self._timer = Timer()
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        self._timer.call_at(monotonic_ns() + self._delay_ns, self._deliver, connection, kind, payload)

    def _deliver(self, sender: Connection, kind: WSMsgType, payload: bytes) -> None:
        for receiver in list(self.open):
            if receiver is not sender:
                receiver.send(kind, payload)
        found = MARK.search(payload)
        if found is not None:
            self._deliveries_ns.append((int(found[1], 16), monotonic_ns()))

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "deliveries_ns": self._deliveries_ns}


if __name__ == "__main__":
    run(DelayedRelay)
