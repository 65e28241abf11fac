"""``strict_id(answer='{"id":{id}}', every=0, to_all=False, **rules)``: takes whole numbers as ids, and nothing else.

A JSON message whose ``id`` is a whole number gets ``answer``, in which ``{id}`` is the number, ``{next}`` the one
after it and ``{now}`` the time in µs since 1970; ``to_all``: every client gets it. Any other gets an error.
``every``: answers wait so many seconds for others, and go out together as a JSON array. The rules are those of
``faulty_echo``. Facts: those of ``PicowsServer``, where ``sent`` counts messages; ``answers``: of them or in them,
errors not; the lists of ``Faults``, entries ``[connection, n]``.
"""

import asyncio
import json
import time
from collections import defaultdict
from functools import partial
from typing import Any

from picows import WSMsgType

from tests.end_to_end.servers.connection import Connection, PicowsServer
from tests.end_to_end.servers.process import run
from tests.end_to_end.servers.rules import Faults

ERROR = b'{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}'


class StrictId(PicowsServer):
    """Answers requests by their number."""

    def __init__(
        self,
        answer: str = '{"id":{id}}',
        every: float = 0,
        to_all: bool = False,
        **rules: dict[str, Any] | None,
    ) -> None:
        super().__init__()
        self._answer, self._every_s, self._to_all = answer, every, to_all
        self._faults = Faults(**rules)
        self._queues: defaultdict[Connection, list[bytes]] = defaultdict(list)
        self._answers = 0

    async def listen(self) -> dict[str, Any]:
        if self._every_s:
            asyncio.get_running_loop().call_later(self._every_s, self._flush)
        return await super().listen()

    def message(self, connection: Connection, kind: WSMsgType, payload: bytes) -> None:
        number = _id_of(payload)
        if number is None:
            connection.send(kind, ERROR)
            return
        given = {"id": number, "next": number + 1, "now": time.time_ns() // 1000}
        answer = self._answer
        for name, value in given.items():
            answer = answer.replace("{" + name + "}", str(value))
        for receiver in list(self.open) if self._to_all else [connection]:
            send = partial(self._send, receiver, answer.encode())
            self._faults.deliver((connection.number,), connection.received, send)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), **self._faults.facts(), "answers": self._answers}

    def _send(self, receiver: Connection, answer: bytes) -> None:
        self._answers += 1
        if self._every_s:
            self._queues[receiver].append(answer)
        else:
            receiver.send(WSMsgType.TEXT, answer)

    def _flush(self) -> None:
        asyncio.get_running_loop().call_later(self._every_s, self._flush)
        for receiver, queue in self._queues.items():
            if queue and receiver.is_open:
                receiver.send(WSMsgType.TEXT, b"[" + b",".join(queue) + b"]")
        self._queues.clear()


def _id_of(payload: bytes) -> int | None:
    try:
        number = json.loads(payload)["id"]
    except (ValueError, TypeError, KeyError):
        return None
    return number if type(number) is int else None


if __name__ == "__main__":
    run(StrictId)
