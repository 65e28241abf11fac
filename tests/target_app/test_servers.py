"""One conversation in the chat under each server that the application is said to run on."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from websockets.frames import Close
from websockets.sync.client import ClientConnection

from target_app.broadcast.client import TOO_SLOW
from target_app.broadcast.frame import EXTENSION
from tests.target_app.chat_and_scope import make
from tests.target_app.hosted import hosting
from tests.target_app.raw_client import RawClient
from tests.target_app.server import FRAMING, Server, receive

HOSTED = {"framing": FRAMING, "sansio": "websockets-sansio", "wsproto": "wsproto"}
PROGRAMS = {
    "websockets": ("uvicorn", "--ws", "websockets"),  # which warns of its age, and so would be an error here
    "granian": ("granian",),
    "hypercorn": ("hypercorn",),
}
OUTBOX_BYTES = 1_100_000
# More than the kernel and a server buffer for one connection on loopback, in this many messages.
BULK, BULK_MESSAGES = "x" * 500_000, 40


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in (*HOSTED, *PROGRAMS)],
)
def named_server(
    request: pytest.FixtureRequest, start_for_all: Callable[..., Server]
) -> Iterator[tuple[str, Server]]:
    """Each server in turn, and its name; outboxes take two bulky messages."""
    name = request.param
    if name in PROGRAMS:
        program, *options = PROGRAMS[name]
        settings = {"TARGET_OUTBOX_BYTES": str(OUTBOX_BYTES)}
        yield (
            name,
            start_for_all("tests.target_app.chat_and_scope:app", *options, program=program, **settings),
        )
        return
    with hosting(make(outbox_bytes=OUTBOX_BYTES), ws=HOSTED[name]) as server:
        yield name, server


@contextmanager
def joined(server: Server, number: int, others: list[ClientConnection]) -> Iterator[ClientConnection]:
    """A client that is in the room for certain, because it has heard itself there."""
    with server.connect(f"/ws/{number}", max_size=None) as client:
        client.send("here")
        assert receive(client, 2) == ["You wrote: here", f"Client #{number} says: here"]
        for other in others:
            assert receive(other) == [f"Client #{number} says: here"]
        yield client


def test_three_clients_talk_and_one_leaves(named_server: tuple[str, Server]) -> None:
    _, server = named_server
    server.wait_until_empty()
    with ExitStack() as stack:
        clients: list[ClientConnection] = []
        for number in (1, 2, 3):
            clients.append(stack.enter_context(joined(server, number, clients)))
        one, two, three = clients
        for text in ("a", "ü€😀", "x" * 70_000):
            two.send(text)
            assert receive(two, 2) == [f"You wrote: {text}", f"Client #2 says: {text}"]
            assert receive(one) == receive(three) == [f"Client #2 says: {text}"]
        for number in range(20):
            one.send(str(number))
            three.send(str(number))
        heard = receive(two, 40)
        for client in (one, three):
            said = [text for text in receive(client, 60) if not str(text).startswith("You wrote")]
            assert said == heard
        three.close()
        assert receive(one) == receive(two) == ["Client #3 left the chat"]
        assert server.stats()["hub"]["connections"] == 2
    assert "Traceback" not in server.log()


def test_a_client_that_does_not_read_is_closed_1013_and_the_others_go_on(
    named_server: tuple[str, Server],
) -> None:
    _, server = named_server
    server.wait_until_empty()
    closed_before = server.stats()["hub"]["slow_closes"]
    with joined(server, 1, []) as one, joined(server, 2, [one]) as two:
        slow = RawClient(server.port, "/ws/3")
        for _ in range(BULK_MESSAGES):
            two.send(BULK)
            assert receive(two, 2) == [f"You wrote: {BULK}", f"Client #2 says: {BULK}"]
            assert receive(one) == [f"Client #2 says: {BULK}"]
            hub = server.stats()["hub"]
            if hub["slow_closes"] > closed_before:
                break
        assert (hub["slow_closes"], hub["connections"]) == (closed_before + 1, 2)
        assert (hub["outbox_messages"], hub["outbox_bytes"]) == (0, 0)
        assert slow.read_all().endswith(Close(1013, TOO_SLOW).serialize())
        slow.abort()
        assert receive(one) == receive(two) == ["Client #3 left the chat"]
    assert "Traceback" not in server.log()


def test_framing_is_offered_by_the_framing_server_alone(named_server: tuple[str, Server]) -> None:
    name, server = named_server
    with server.connect("/extensions") as client:
        (extensions,) = receive(client)
    assert (EXTENSION in json.loads(extensions)) == (name == "framing")
