import asyncio
from typing import Any

from target_app.guard.patience import EVERY_S, MOST_AT_ONCE, Patience
from tests.target_app.guard.clock import Clock


class Client:
    """One that owes something."""

    def __init__(self) -> None:
        self.is_late = False

    def lose_patience(self) -> None:
        self.is_late = True


class Waiting:
    """Clients that are waited for for a second each, by a clock that the test moves."""

    def __init__(self) -> None:
        self.loop: Any = Clock()
        self.patience = Patience()

    def expect(self, count: int) -> list[Client]:
        clients = [Client() for _ in range(count)]
        for client in clients:
            self.patience.expect(client, 1.0, self.loop)
        return clients


def late(clients: list[Client]) -> int:
    return sum(client.is_late for client in clients)


def test_each_is_late_at_its_own_deadline() -> None:
    waiting = Waiting()
    early = waiting.expect(1)
    waiting.loop.advance(0.5)
    later = waiting.expect(1)
    told = []
    for _ in range(3):
        waiting.loop.advance(0.5)
        told.append((late(early), late(later)))
    assert told == [(1, 0), (1, 1), (1, 1)]


def test_who_came_in_time_is_never_late() -> None:
    waiting = Waiting()
    in_time, other = waiting.expect(2)
    waiting.patience.forgive(in_time)
    waiting.patience.forgive(Client())
    waiting.loop.advance(5)
    assert (in_time.is_late, other.is_late) == (False, True)


def test_expecting_again_does_not_put_off_a_deadline() -> None:
    waiting = Waiting()
    (client,) = waiting.expect(1)
    waiting.loop.advance(0.9)
    waiting.patience.expect(client, 1.0, waiting.loop)
    waiting.loop.advance(0.1)
    assert client.is_late


def test_who_is_late_together_is_let_go_of_some_at_a_time() -> None:
    waiting = Waiting()
    clients = waiting.expect(2 * MOST_AT_ONCE + 1)
    told = []
    for wait in (1.0, EVERY_S, EVERY_S, EVERY_S):
        waiting.loop.advance(wait)
        told.append(late(clients))
    assert told == [MOST_AT_ONCE, 2 * MOST_AT_ONCE, *[2 * MOST_AT_ONCE + 1] * 2]


def test_who_comes_when_nobody_is_waited_for_has_a_deadline_too() -> None:
    waiting = Waiting()
    waiting.expect(1)
    waiting.loop.advance(2)
    (client,) = waiting.expect(1)
    waiting.loop.advance(1)
    assert client.is_late


def test_it_works_on_a_real_loop() -> None:
    async def scenario() -> None:
        client, patience = Client(), Patience()
        patience.expect(client, 0.01, asyncio.get_running_loop())
        while not client.is_late:
            await asyncio.sleep(0.01)

    asyncio.run(scenario())
