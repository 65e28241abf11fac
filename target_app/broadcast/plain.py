"""Clients of servers that frame themselves and whose send may wait: stock uvicorn, hypercorn, granian."""

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator
from contextlib import suppress
from typing import Any, cast

from fastapi import WebSocket, status

from target_app.broadcast.client import TOO_SLOW, Client
from target_app.broadcast.counters import HubCounters
from target_app.broadcast.frame import Message
from target_app.broadcast.outbox import Limits
from target_app.conversation import PEER_GONE


class PlainClient(Client):
    """A send that does not finish at once is finished by a writer task, and the outbox after it.

    So a server never has more than one message of ours to wait with.
    """

    __slots__ = ("_is_gone", "_writer")

    def __init__(
        self,
        websocket: WebSocket,
        limits: Limits,
        counters: HubCounters,
        on_gone: Callable[[WebSocket], None],
    ) -> None:
        super().__init__(websocket, limits, counters, on_gone)
        self.is_idle = True
        self._is_gone = False
        self._writer: asyncio.Task[None] | None = None

    def hold(self, message: Message) -> None:
        """As ``Client.hold``, for a connection that is in the hub."""
        if not self._is_gone:
            super().hold(message)

    def finish(self, sending: Coroutine[Any, Any, None]) -> None:
        """Start the writer, with a send that waits."""
        self.is_idle = False
        self._writer = asyncio.create_task(self._write(sending))

    def end(self) -> None:
        """As ``Client.end``; a send that waits for room is not sent."""
        super().end()
        self._is_gone = True
        if self._writer is not None and self._writer is not asyncio.current_task():
            self._writer.cancel()
        self._writer = None

    def close_slow(self) -> None:
        """Close when the server has room for a close frame: when the peer reads; if it goes first, no matter."""
        closing = asyncio.create_task(self._close())
        _closing.add(closing)
        closing.add_done_callback(_closing.discard)

    async def _close(self) -> None:
        with suppress(*PEER_GONE):
            await self.websocket.close(status.WS_1013_TRY_AGAIN_LATER, TOO_SLOW)

    async def _write(self, sending: Coroutine[Any, Any, None]) -> None:
        await sending
        while self._outbox.waiting:
            try:
                await self.send(self._outbox.pop().event)
            except Exception as error:
                self.fail(error)
            else:
                self._counters.deliveries += 1
        self._writer = None
        self.is_idle = not self._is_gone


# The event loop holds tasks weakly: a closing one has to be held until it is done.
_closing: set[asyncio.Task[None]] = set()


def send_each(clients: Iterable[Client], message: Message, counters: HubCounters) -> None:
    """Send to each client that is idle, without waiting for any, and let the message wait for the others.

    All sends are steps of one coroutine, which is far cheaper than a coroutine or a task for each. When one
    has to wait, the coroutine becomes that client's writer, and another one goes on with the next client.

    The steps run in the caller's task: a server or middleware that asks for the current task before it first
    waits (``asyncio.timeout`` in a send) sees the broadcaster's. Those named above do not ask.
    """
    rest = iter(clients)
    while True:
        run = _Run(rest, message, counters)
        sending = run.send()
        try:
            waiting = sending.send(None)
        except StopIteration:
            return
        run.is_detached = True
        cast(PlainClient, run.client).finish(_resume(sending, waiting))  # no other is ever idle


class _Run:
    """Sends to one client after the other, until one has to wait: then to that one only."""

    __slots__ = ("_clients", "_counters", "_message", "client", "is_detached")

    client: Client

    def __init__(self, clients: Iterator[Client], message: Message, counters: HubCounters) -> None:
        self._clients = clients
        self._message = message
        self._counters = counters
        self.is_detached = False

    async def send(self) -> None:
        event = self._message.event
        sent = 0
        for client in self._clients:
            if not client.is_idle:
                client.hold(self._message)
                continue
            self.client = client
            try:
                await client.send(event)
                sent += 1
            except Exception as error:
                client.fail(error)
            if self.is_detached:
                break
        self._counters.deliveries += sent


@types.coroutine
def _resume(sending: Coroutine[Any, Any, None], waiting: Any) -> Generator[Any, Any, None]:
    """The rest of a coroutine that has been stepped once and waits for ``waiting``."""
    advance: Callable[[Any], Any]
    while True:
        try:
            result = yield waiting
        except GeneratorExit:
            sending.close()
            raise
        except BaseException as error:
            advance, argument = sending.throw, error
        else:
            advance, argument = sending.send, result
        try:
            waiting = advance(argument)
        except StopIteration:
            return
