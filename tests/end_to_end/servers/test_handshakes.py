"""The servers that are particular about a connection's beginning and end do what they claim."""

import ssl
from time import monotonic_ns

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus, WebSocketException

from tests.end_to_end.servers import serve
from tests.end_to_end.servers.client import PATIENCE_S, clients, echo, echo_over_tls, raw_upgrade

MS_NS = 1_000_000


def test_refusing_refuses_resets_and_ignores_every_kth_handshake() -> None:
    statuses = []
    every = {"refuse_every": 3, "reset_every": 4, "ignore_every": 5}
    with serve("refusing", **every, statuses=[403, 503]) as server, clients(server) as join:
        for h in range(1, 13):
            if h % 3 == 0:
                with pytest.raises(InvalidStatus) as refusal:
                    join()
                statuses.append(refusal.value.response.status_code)
            elif h % 4 == 0:
                with raw_upgrade(server) as raw, pytest.raises(ConnectionResetError):
                    raw.recv(1)
            elif h % 5 == 0:
                with pytest.raises(TimeoutError):
                    join(open_timeout=0.2)
            else:
                echo(join(), "one", "two")
        log = server.log()
    assert statuses == [403, 503, 403, 503]
    assert (log["handshakes"], log["connections"]) == (12, 4)
    assert (log["refused"], log["reset"], log["ignored"]) == ({"403": 2, "503": 2}, 2, 2)
    assert (log["received"], log["sent"]) == (8, 8)


def test_refusing_closes_and_aborts_accepted_connections_after_some_messages() -> None:
    every = {"close_every": 2, "abort_every": 3}
    with serve("refusing", **every, after_messages=2) as server, clients(server) as join:
        untouched, closed, aborted = (join() for _ in range(3))
        for client in (closed, aborted):
            echo(client, "one")
            echo(client, "two")
            with pytest.raises(ConnectionClosedError):
                client.recv(timeout=PATIENCE_S)
        assert (closed.close_code, closed.close_reason) == (1013, "try again later")
        assert aborted.protocol.close_rcvd is None
        for _ in range(20):  # round trips enough for the server to take note of the closings
            echo(untouched, "still here")
        log = server.log()
    assert [number for number, _ in log["closed"]] == [2]
    assert [number for number, _ in log["aborted"]] == [3]
    assert (log["closes"], log["open"]) == ({"1013": 1, "none": 1}, 1)


def test_refusing_ends_accepted_connections_some_time_after_they_opened() -> None:
    every = {"close_every": 2, "abort_every": 1}
    with serve("refusing", **every, after=0.1) as server, clients(server) as join:
        start_ns = monotonic_ns()
        with raw_upgrade(server) as raw:
            assert raw.recv(1000).startswith(b"HTTP/1.1 101")
            with pytest.raises(ConnectionResetError):
                raw.recv(1)
        with pytest.raises(ConnectionClosedError):
            join().recv(timeout=PATIENCE_S)
        log = server.log()
    ((_, aborted_ns),), ((_, closed_ns),) = log["aborted"], log["closed"]
    assert aborted_ns >= start_ns + 100 * MS_NS
    assert closed_ns >= aborted_ns + 100 * MS_NS


@pytest.mark.parametrize("how", ["kill", "exit"])
def test_a_dying_echo_takes_its_sockets_along_without_a_close_frame(how: str) -> None:
    with serve("dying", after=0.1, how=how) as server, clients(server) as join:
        client = join()
        echo(client, "one", "two", "three")
        with pytest.raises(ConnectionClosedError):
            client.recv(timeout=PATIENCE_S)
        assert client.protocol.close_rcvd is None
        log = server.log()
    assert not server.is_running()
    assert log["died_ns"] - log["first_message_ns"] >= 100 * MS_NS
    assert log["received"] == log["sent"] == 3


def test_a_dying_relay_relays_until_it_dies() -> None:
    with serve("dying", after=0.3, relay=True) as server, clients(server) as join:
        publisher, receiver = join(), join()
        publisher.send("only one")
        assert receiver.recv(timeout=PATIENCE_S) == "only one"
        with pytest.raises(ConnectionClosedError):
            receiver.recv(timeout=PATIENCE_S)
    assert (server.log()["received"], server.log()["sent"]) == (1, 1)


def test_tls_echo_is_trusted_through_its_cacert_only() -> None:
    with serve("tls_echo") as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            echo_over_tls(server, ssl.create_default_context(), "hello")
        echo_over_tls(server, ssl.create_default_context(cafile=server.cacert), "hello", b"there")
        log = server.log()
    assert (log["connections"], sum(log["tls_versions"].values()), log["sent"]) == (1, 1, 2)


def test_tls_echo_can_want_a_certificate_of_the_client() -> None:
    with serve("tls_echo", client_certificate=True) as server:
        # TLS 1.3 tells the client only after its handshake, in one of several ways.
        with pytest.raises((OSError, EOFError, WebSocketException)):
            echo_over_tls(server, ssl.create_default_context(cafile=server.cacert), "hello")
        context = ssl.create_default_context(cafile=server.cacert)
        context.load_cert_chain(server.ready["cert"], server.ready["key"])
        echo_over_tls(server, context, "hello")
        log = server.log()
    assert (log["connections"], log["client_certificates"]) == (1, 1)


def test_deflate_echo_says_who_negotiated_and_what_came_compressed() -> None:
    with serve("deflate_echo") as server, clients(server) as join:
        echo(join(compression="deflate"), "one", b"two", "three")
        echo(join(compression=None), "one", "two", "three", "four")
        log = server.log()
    assert log["negotiated"] == [["permessage-deflate"], []]
    assert (log["compressed"], log["received"]) == (3, 7)


def test_headers_echo_writes_down_how_a_client_introduced_itself() -> None:
    with serve("headers_echo", keep=2) as server, clients(server) as join:
        headers = [("X-Id", "7"), ("X-Id", "8"), ("Cookie", "a=1; b=2")]
        offers = {"origin": "http://there.test", "subprotocols": ["v2.chat", "v1.chat"]}
        client = join("room/5?token=t", additional_headers=headers, **offers)
        assert client.subprotocol == "v2.chat"
        echo(client, "first", b"\x01\xff", "third")
        (request,) = server.log()["requests"]
    assert request["path"] == "/room/5?token=t"
    assert [value for name, value in request["headers"] if name == "X-Id"] == ["7", "8"]
    assert request["cookies"] == {"a": "1", "b": "2"}
    assert (request["origin"], request["subprotocol"]) == ("http://there.test", "v2.chat")
    assert request["messages"] == ["first", {"hex": "01ff"}]
