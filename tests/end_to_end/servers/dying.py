"""``dying(after, how="kill", relay=False)``: an echo or a relay that dies in the middle of its work.

The relay sends to all but the sender.

``after`` seconds after reading its first message the process ends itself: ``kill`` with SIGKILL, ``exit``
with ``os._exit(1)``. No close frame is sent; the kernel closes the sockets (a FIN, or a RST where bytes
were left unread).
Facts, written right before death: those of ``PicowsServer``; ``first_message_ns``, ``died_ns``, both null
when it was stopped before.
"""

import os
import signal
from time import monotonic_ns
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection
from tests.end_to_end.servers.process import run, write_line
from tests.end_to_end.servers.relay import Relay
from tests.end_to_end.servers.timer import SECOND_NS, Timer


class Dying(Relay):
    """Echoes or relays until it dies."""

    def __init__(self, after: float, how: str = "kill", relay: bool = False) -> None:
        if how not in ("kill", "exit"):
            raise ValueError(f"how is kill or exit, not {how}")
        super().__init__()
        self._after_ns = round(after * SECOND_NS)
        self._how = how
        self._is_relay = relay
        self._first_message_ns: int | None = None
        self._died_ns: int | None = None

    async def listen(self) -> dict[str, Any]:
        self._timer = Timer()
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        if self._first_message_ns is None:
            self._first_message_ns = monotonic_ns()
            self._timer.call_at(self._first_message_ns + self._after_ns, self._die)
        if self._is_relay:
            super().message(connection, kind, payload)
        else:
            connection.send(kind, payload)

    def facts(self) -> dict[str, Any]:
        own = {"first_message_ns": self._first_message_ns, "died_ns": self._died_ns}
        return {**super().facts(), **own}

    def _die(self) -> None:
        self._died_ns = monotonic_ns()
        write_line({**self.facts(), "errors": []})
        if self._how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(1)


if __name__ == "__main__":
    run(Dying)
