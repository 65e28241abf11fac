"""One conversation in the chat under each server that the application is said to run on."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from websockets.sync.client import ClientConnection

from target_app.broadcast.client import TOO_SLOW
from target_app.broadcast.frame import EXTENSION
from tests.target_app.raw_client import CLOSE, RawClient
from tests.target_app.server import PATIENCE, Server, receive

# Outboxes take two of them, and it is more than the kernel and a server buffer for one connection.
BULK, BULK_MESSAGES = "x" * 500_000, 40


def wait_until_nobody_chats(server: Server) -> None:
    """Until those of the test before have left: a server may keep another connection open for some seconds."""
    deadline = time.monotonic() + PATIENCE
    while server.stats()["hub"]["connections"]:
        assert time.monotonic() < deadline, "somebody stays"
        time.sleep(0.01)


@contextmanager
def joined(server: Server, number: int, others: list[ClientConnection]) -> Iterator[ClientConnection]:
    """A client that is in the room for certain, because it has heard itself there."""
    with server.connect(f"/ws/{number}", max_size=None) as client:
        client.send("here")
        assert receive(client, 2) == ["You wrote: here", f"Client #{number} says: here"]
        for other in others:
            assert receive(other) == [f"Client #{number} says: here"]
        yield client


def test_three_clients_talk_and_one_leaves(any_server: tuple[str, Server]) -> None:
    _, server = any_server
    since = len(server.log())
    wait_until_nobody_chats(server)
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
    assert "Traceback" not in server.log(since)


def test_a_client_that_does_not_read_is_closed_1013_and_the_others_go_on(
    any_server: tuple[str, Server],
) -> None:
    _, server = any_server
    since = len(server.log())
    wait_until_nobody_chats(server)
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
        last = next(one for one in slow.frames() if one.opcode == CLOSE)
        assert (last.code, last.reason, slow.read_all()) == (1013, TOO_SLOW, b"")
        slow.abort()
        assert receive(one) == receive(two) == ["Client #3 left the chat"]
    assert "Traceback" not in server.log(since)


def test_framing_is_offered_by_the_framing_server_alone(any_server: tuple[str, Server]) -> None:
    name, server = any_server
    with server.connect("/extensions") as client:
        (extensions,) = receive(client)
    assert (EXTENSION in json.loads(extensions)) == (name == "framing")
