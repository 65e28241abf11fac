"""``witness(relays=False)``: an echo, or a relay, that notes when the client did what.

What a client claims of a message can be held against what was seen of it from outside. It sends a ping after
each reply or delivery, which a client answers when it has read that far.
Facts: those of ``PicowsServer``; ``messages_ns``: ``[intended, read]`` of every marked message in order of
reading, ``intended`` as its mark says; ``deliveries_ns``: ``[intended, pong read]`` of every reply or delivery.
"""

import re
from time import monotonic_ns
from typing import Any

from picows import WSFrame, WSMsgType, WSTransport, WSUpgradeRequest

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run

MARK = re.compile(rb"wswarm[0-9a-f]{24}([0-9a-f]{16})")


class Watched(Connection):
    """Tells its server of pongs."""

    server: "Witness"

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.PONG:
            self.server.deliveries_ns.append((int(frame.get_payload_as_bytes()), monotonic_ns()))
        super().on_ws_frame(transport, frame)


class Witness(PicowsServer):
    """Answers each message with itself or passes it on, and remembers."""

    def __init__(self, relays: bool = False) -> None:
        super().__init__()
        self.deliveries_ns: list[tuple[int, int]] = []
        self._messages_ns: list[tuple[int, int]] = []
        self._relays = relays

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        read_ns = monotonic_ns()
        found = MARK.search(payload)
        if found is None:
            return
        intended_ns = int(found[1], 16)
        self._messages_ns.append((intended_ns, read_ns))
        receivers = [one for one in self.open if one is not connection] if self._relays else [connection]
        for receiver in receivers:
            receiver.send(kind, payload)
            receiver.transport.send_ping(str(intended_ns).encode())

    def facts(self) -> dict[str, Any]:
        own = {"messages_ns": self._messages_ns, "deliveries_ns": self.deliveries_ns}
        return {**super().facts(), **own}

    def _new_connection(self, request: WSUpgradeRequest) -> Connection:  # noqa: ARG002  # picows passes it
        return Watched(self)


if __name__ == "__main__":
    run(Witness)
