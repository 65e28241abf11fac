"""T4, T7, T11, T13: who is in the room, on the documented manager and on the hardened one."""

from collections.abc import Callable

import pytest

from tests.target_app.hosted import documented, hardened
from tests.target_app.raw_client import RawClient, binary, text
from tests.target_app.room import BULK, room_with_a_dead_member
from tests.target_app.server import FRAMING, Server, closing, receive

SERVERS = pytest.mark.parametrize(
    "ws", [FRAMING, "websockets-sansio", "wsproto"], ids=["framing", "sansio", "wsproto"]
)

Host = Callable[..., Server]


def host_hardened(host: Host, ws: str) -> Server:
    """The hardened app with outboxes that take ``BULK``."""
    return host(hardened(outbox_bytes=64_000_000, max_message=16_000_000), ws=ws)


def test_t4_documented_a_dead_client_throws_out_the_sender(host: Host) -> None:
    with room_with_a_dead_member(host(documented("chat"))) as (first, _):
        first.send("hello")
        assert receive(first, 2) == ["You wrote: hello", "Client #1 says: hello"]
        assert closing(first) == (1006, "")


@SERVERS
def test_t4_hardened_a_dead_client_is_removed_and_everybody_else_goes_on(host: Host, ws: str) -> None:
    with room_with_a_dead_member(host_hardened(host, ws)) as (first, last):
        assert receive(first) == receive(last) == ["Client #2 left the chat"]
        first.send("hello")
        assert receive(first, 2) == ["You wrote: hello", "Client #1 says: hello"]
        assert receive(last) == ["Client #1 says: hello"]


def third_hears(server: Server) -> list[str]:
    """What #3 hears of two broadcasts of #4: #2 does not read before the second, #1 leaves during it."""
    with server.connect("/ws/1", max_size=None) as first:
        mute = RawClient(server.port, "/ws/2")
        with (
            server.connect("/ws/3", max_size=None) as third,
            server.connect("/ws/4", max_size=None) as fourth,
        ):
            fourth.send(BULK)
            assert receive(first) == receive(third)
            fourth.send("second")
            assert receive(first) == ["Client #4 says: second"]
            first.close()
            server.get("/")  # the loop has seen the end of that connection once it has answered two requests
            server.get("/")
            mute.read_all()
            heard = []
            while not heard or heard[-1] != "Client #1 left the chat":
                heard += receive(third)
            mute.abort()
    return [str(message) for message in heard]


def test_t7_documented_a_live_client_is_skipped_when_another_leaves(host: Host) -> None:
    assert third_hears(host(documented("chat"))) == ["Client #1 left the chat"]


@SERVERS
def test_t7_hardened_nobody_is_skipped(host: Host, ws: str) -> None:
    heard = third_hears(host_hardened(host, ws))
    assert heard == ["Client #4 says: second", "Client #1 left the chat"]


@pytest.mark.parametrize("is_documented", [True, False])
def test_t11_two_clients_of_one_id_are_two_clients_of_the_room(host: Host, is_documented: bool) -> None:
    """In both an ID is a label that the client chooses and proves nothing; neither manager looks at it.

    What the hardened app mends is the collision by chance: its page takes 53 random bits, not the time.
    """
    server = host(documented("chat") if is_documented else hardened())
    with server.connect("/ws/1") as one, server.connect("/ws/1") as double:
        double.send("hi")
        assert receive(one) == ["Client #1 says: hi"]
        double.close()
        assert receive(one) == ["Client #1 left the chat"]
    chosen = server.get("/" if is_documented else "/chat")[2] + server.get("/page.js")[2]
    assert ("Date.now()" in chosen) == is_documented


def test_t13_documented_a_client_that_failed_otherwise_stays_and_poisons_the_room(host: Host) -> None:
    server = host(documented("chat"))
    broken = RawClient(server.port, "/ws/1")
    broken.send(binary(b"no text"))
    broken.read_all()
    with server.connect("/ws/2") as healthy:
        healthy.send("hi")
        assert receive(healthy) == ["You wrote: hi"]
        assert closing(healthy) == (1006, "")
    broken.abort()


@SERVERS
def test_t13_hardened_every_end_removes_the_client(host: Host, ws: str) -> None:
    server = host(hardened(), ws=ws)
    broken = RawClient(server.port, "/ws/1")
    broken.send(text("hi"), binary(b"no text"))
    broken.read_all()
    with server.connect("/ws/2") as healthy:
        healthy.send("hi")
        assert receive(healthy, 2) == ["You wrote: hi", "Client #2 says: hi"]
        assert server.stats()["hub"]["connections"] == 1
    broken.abort()
