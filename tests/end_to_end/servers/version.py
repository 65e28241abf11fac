"""``python -m tests.end_to_end.servers.version PORT [FAULTS]``: one of two versions to be compared, an echo.

FAULTS is a JSON object: ``lose`` and ``duplicate``, every so many messages, counted ``from``; ``late``, those wait
``by`` ms, 300 unless told otherwise; ``drop``, hangs up on everybody after so many; ``spin``, µs of CPU for each
message; ``mute``, answers nothing; ``fail``, ends at once with a last word; ``refuse``, refuses every handshake;
``workers``, burns the CPU in a child process. Ends on SIGTERM.
"""

import asyncio
import json
import multiprocessing
import sys
from multiprocessing.connection import Connection
from time import thread_time_ns

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

WORDS = "no licence for Tuesdays"


class Version:
    """The server's faults, and how many messages it has seen."""

    def __init__(self, faults: dict[str, int]) -> None:
        self.faults = faults
        self.seen = faults.get("from", 0)
        self.open: set[WSTransport] = set()
        self.child: Connection | None = _child() if faults.get("workers") else None

    def answer(self, transport: WSTransport, kind: WSMsgType, payload: bytes) -> None:
        """Answer a message as the faults have it."""
        self.seen += 1
        self._work()
        self.open.add(transport)
        if self._is_hit("drop"):
            for one in self.open:
                one.disconnect()
        if self._is_hit("late"):
            asyncio.get_running_loop().call_later(
                self.faults.get("by", 300) / 1000, transport.send, kind, payload
            )
            return
        if self.faults.get("mute") or self._is_hit("lose"):
            return
        transport.send(kind, payload)
        if self._is_hit("duplicate"):
            transport.send(kind, payload)

    def _work(self) -> None:
        spin_ns = 1_000 * self.faults.get("spin", 0)
        if self.child is not None:
            self.child.send(spin_ns)
            self.child.recv()
        else:
            burn(spin_ns)

    def _is_hit(self, fault: str) -> bool:
        every = self.faults.get(fault)
        return bool(every) and self.seen % every == 0


class Session(WSListener):  # type: ignore[misc]  # picows ships no types
    """One connection."""

    def __init__(self, version: Version) -> None:
        self.version = version

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer, or say goodbye."""
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        else:
            self.version.answer(transport, frame.msg_type, frame.get_payload_as_bytes())


def burn(length_ns: int) -> None:
    """Spend CPU time."""
    end_ns = thread_time_ns() + length_ns
    while thread_time_ns() < end_ns:
        pass


def _child() -> Connection:
    ours, theirs = multiprocessing.Pipe()
    multiprocessing.get_context("fork").Process(target=_burn_for, args=(theirs,), daemon=True).start()
    return ours


def _burn_for(orders: Connection) -> None:
    while True:
        burn(orders.recv())
        orders.send(None)


async def serve(port: int, version: Version) -> None:
    """Serve for good."""

    def open_session(_: WSUpgradeRequest) -> Session | None:
        return None if version.faults.get("refuse") else Session(version)

    server = await ws_create_server(open_session, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    given = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    if given.get("fail"):
        sys.exit(WORDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1]), Version(given)))
