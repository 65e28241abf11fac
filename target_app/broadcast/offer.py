"""One message to many clients, whatever their servers, without waiting for any."""

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator
from typing import Any, cast

from target_app.broadcast.client import Client
from target_app.broadcast.counters import HubCounters
from target_app.broadcast.frame import Message
from target_app.broadcast.plain import PlainClient


def offer(message: Message, clients: Iterable[Client], counters: HubCounters) -> None:
    """Write a frame, or send, to each client that has room, and let the message wait for the others.

    Sends are steps of one coroutine, which is far cheaper than a coroutine or a task for each. When one has to
    wait, the coroutine becomes that client's writer, and another one goes on with the next client.

    The steps run in the caller's task: a server or middleware that asks for the current task before it first
    waits (``asyncio.timeout`` in a send) sees the broadcaster's. uvicorn's, hypercorn's and granian's do not.

    Raises:
        BaseException: the last of what is no error of a client (a cancellation, an interrupt), when everybody else
            has been served.
    """
    rest = iter(clients)
    failure: BaseException | None = None
    while True:
        run = _Run(message, rest, counters)
        serving = run.serve()
        try:
            waiting = serving.send(None)
        except StopIteration:
            break
        except BaseException as error:
            failure = error
            continue
        run.count()
        cast(PlainClient, run.client).finish(_resume(serving, waiting))  # no other is ever idle
    if failure is not None:
        raise failure


class _Run:
    """Serves one client after the other, until a send has to wait: the next run then takes the others.

    So when that send is done nobody is left for this one, and it ends.
    """

    __slots__ = ("_clients", "_counted", "_counters", "_message", "_sent", "client")

    client: Client

    def __init__(self, message: Message, clients: Iterator[Client], counters: HubCounters) -> None:
        self._message = message
        self._clients = clients
        self._counters = counters
        self._sent = self._counted = 0

    def count(self) -> None:
        """Count what has been sent so far."""
        self._counters.deliveries += self._sent - self._counted
        self._counted = self._sent

    async def serve(self) -> None:
        frame, event = self._message.frame, self._message.event
        sent = 0
        try:
            for client in self._clients:
                write = client.write_now
                try:
                    if write is not None:
                        write(frame)
                        sent += 1
                    elif client.is_idle:
                        self.client, self._sent = client, sent
                        await client.send(event)
                        sent += 1
                    else:
                        client.hold(self._message)
                except asyncio.CancelledError:
                    task = asyncio.current_task()
                    if task is not None and task.cancelling():
                        raise
                    client.fail(ConnectionError("its server cancelled the send"))
                except Exception as error:
                    client.fail(error)
        finally:
            self._sent = sent
            self.count()


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
