"""The servers of known behaviour do what they claim, seen from outside and by their own log.

What concerns the beginning and the end of connections is in ``servers/test_handshakes.py``.
"""

import os
import subprocess
import sys
from time import monotonic_ns

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from tests.end_to_end.servers import ROOT, serve
from tests.end_to_end.servers.client import PATIENCE_S, arrived, clients, echo, publish, raw_upgrade

MS_NS = 1_000_000


def test_a_server_ends_with_its_standard_input() -> None:
    command = [sys.executable, "-m", "tests.end_to_end.servers.echo", "{}"]
    run = subprocess.run(command, cwd=ROOT, input=b"", capture_output=True, check=True, timeout=PATIENCE_S)
    assert len(run.stdout.splitlines()) == 2


def test_a_server_is_gone_after_its_block() -> None:
    with serve("echo") as server:
        assert server.is_running()
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)


def test_a_server_refuses_a_parameter_it_does_not_know() -> None:
    with pytest.raises(RuntimeError, match="nonsense"), serve("echo", nonsense=1):
        pass


def test_an_error_inside_a_server_is_not_passed_over() -> None:
    def provoke() -> None:
        with serve("junk", fragment=1, pieces=0) as server, clients(server) as join:
            client = join()
            client.send("to be cut into no pieces")
            with pytest.raises(ConnectionClosedError):
                client.recv(timeout=PATIENCE_S)

    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        provoke()


def test_echo_returns_text_as_text_and_binary_as_binary() -> None:
    with serve("echo") as server, clients(server) as join:
        client = join()
        for message in ("text", b"binary", "", "x" * 100_000, ["in ", "three ", "pieces"]):
            client.send(message)
        assert arrived(client) == ["text", b"binary", "", "x" * 100_000, "in three pieces"]
    assert (server.log()["received"], server.log()["sent"]) == (5, 5)


def test_echo_answers_close_frames_and_notices_lost_sockets() -> None:
    with serve("echo") as server, clients(server) as join:
        for code in (1000, 4001):
            client = join()
            client.close(code, "bye")
            assert (client.close_code, client.close_reason) == (code, "bye")
            assert client.protocol.close_rcvd_then_sent is False
        with raw_upgrade(server) as raw:
            assert raw.recv(1000).startswith(b"HTTP/1.1 101")
        publish(join(), 1)
        log = server.log()
    assert log["closes"] == {"1000": 1, "4001": 1, "none": 1}
    assert (log["connections"], log["open"]) == (4, 1)


def test_relay_reaches_everyone_but_the_sender() -> None:
    with serve("relay") as server, clients(server) as join:
        publisher, *receivers = (join() for _ in range(4))
        receivers.pop().close()
        sent = publish(publisher, 50)
        assert [arrived(receiver) for receiver in receivers] == [sent, sent]
        assert arrived(publisher) == []
    assert (server.log()["received"], server.log()["sent"]) == (50, 100)


def test_relay_can_include_the_sender() -> None:
    with serve("relay", to_sender=True) as server, clients(server) as join:
        publisher, receiver = join(), join()
        assert publish(publisher, 10) == arrived(publisher) == arrived(receiver)


def test_fixed_delay_holds_messages_side_by_side_and_never_too_short() -> None:
    delay_ns, count = 100 * MS_NS, 100
    with serve("fixed_delay", delay=0.1) as server, clients(server) as join:
        client = join()
        sent_ns = monotonic_ns()
        sent = publish(client, count)
        assert [client.recv(timeout=PATIENCE_S) for _ in range(count)] == sent
        assert monotonic_ns() - sent_ns >= delay_ns
        for _ in range(5):
            echo(client, "alone")
        log = server.log()
    assert log["held"]["n"] == len(log["held_ns"]) == log["sent"] == count + 5
    assert delay_ns <= log["held"]["min"] < delay_ns + 5 * MS_NS
    assert log["held"]["p50"] < delay_ns * count // 4  # one after another would be half of delay × count


def test_delayed_relay_reaches_all_others_and_never_too_soon() -> None:
    with serve("delayed_relay", delay=0.1) as server, clients(server) as join:
        publisher, *receivers = join(), join(), join()
        sent_ns = monotonic_ns()
        sent = publish(publisher, 10)
        for receiver in receivers:
            assert [receiver.recv(timeout=PATIENCE_S) for _ in range(10)] == sent
        assert monotonic_ns() - sent_ns >= 100 * MS_NS
    assert (server.log()["received"], server.log()["sent"]) == (10, 20)


def test_no_exchange_lies_inside_a_freeze() -> None:
    exchanges: list[tuple[int, int]] = []
    with serve("freezing", freeze=0.2, every=0.4, first=0.1, count=2) as server, clients(server) as join:
        client = join()
        while not exchanges or exchanges[-1][1] < exchanges[0][0] + 800 * MS_NS:
            sent_ns = monotonic_ns()
            client.send("anyone there?")
            client.recv(timeout=PATIENCE_S)
            exchanges.append((sent_ns, monotonic_ns()))
        log = server.log()
    assert len(log["freezes_ns"]) == 2
    for k, (start, end) in enumerate(log["freezes_ns"]):
        grid_ns = log["first_message_ns"] + (100 + 400 * k) * MS_NS
        assert start >= grid_ns
        assert end >= grid_ns + 200 * MS_NS
        assert not [1 for sent, received in exchanges if start <= sent and received <= end]


def test_staircase_reaches_each_receiver_one_step_after_the_one_before() -> None:
    with serve("staircase", step=0.02) as server, clients(server) as join:
        first, second, publisher, third = (join() for _ in range(4))
        for _ in range(5):
            sent_ns = monotonic_ns()
            publisher.send("step by step")
            for i, receiver in enumerate((first, second, third), 1):
                assert receiver.recv(timeout=PATIENCE_S) == "step by step"
                assert monotonic_ns() - sent_ns >= 20 * i * MS_NS
        log = server.log()
    assert (log["publishers"], log["receivers"], log["sent"]) == (1, 3, 15)
    for i in (1, 2, 3):
        assert len(log["held_ns"][str(i)]) == 5
        assert 20 * i * MS_NS <= log["held"][str(i)]["min"] < 20 * (i + 1) * MS_NS


def test_staircase_leaves_out_the_first_connections_and_those_after_the_limit() -> None:
    with serve("staircase", step=0.02, skip_first=2, limit=1) as server, clients(server) as join:
        publisher, _, receiver, _ = (join() for _ in range(4))
        publish(publisher, 1)
        assert receiver.recv(timeout=PATIENCE_S) == "message 0"
    assert (server.log()["receivers"], server.log()["sent"]) == (1, 1)


def test_faulty_relay_loses_doubles_and_reorders_exactly_what_the_rules_say() -> None:
    rules = {
        "lose": {"every": 10, "offset": 3, "receivers": [1]},
        "duplicate": {"every": 10, "offset": 5, "receivers": [1, 2]},
        "reorder": {"every": 10, "offset": 7, "receivers": [2]},
    }
    with serve("faulty_relay", **rules) as server, clients(server) as join:
        first, publisher, second, third = (join() for _ in range(4))
        sent = publish(publisher, 20)
        got = [arrived(receiver) for receiver in (first, second, third)]
        log = server.log()
    orders = [[0, 1, 2, 4, 5, 5, 6, 7, 8, 9], [0, 1, 2, 3, 4, 5, 5, 6, 8, 7, 9], list(range(10))]
    assert got == [[sent[tens + n] for tens in (0, 10) for n in order] for order in orders]
    assert log["lost"] == [[1, 1, 3], [1, 1, 13]]
    assert log["duplicated"] == [[1, 1, 5], [2, 1, 5], [1, 1, 15], [2, 1, 15]]
    assert log["reordered"] == [[2, 1, 7], [2, 1, 17]]
    assert (log["held"], log["sent"]) == ([], 62)


def test_faulty_relay_closes_receivers_at_a_message_and_keeps_the_numbers_of_the_others() -> None:
    close = {"receivers": [1], "at": 2, "code": 1011}
    lose = {"every": 5, "offset": 4, "receivers": [2]}
    with serve("faulty_relay", close=close, lose=lose) as server, clients(server) as join:
        leaver, stayer, publisher = (join() for _ in range(3))
        sent = publish(publisher, 5)
        assert [leaver.recv(timeout=PATIENCE_S), leaver.recv(timeout=PATIENCE_S)] == sent[:2]
        with pytest.raises(ConnectionClosed):
            leaver.recv(timeout=PATIENCE_S)
        assert leaver.close_code == 1011
        assert arrived(stayer) == sent[:4]
        log = server.log()
    assert [entry[:3] for entry in log["closed"]] == [[1, 1, 2]]
    assert (log["lost"], log["sent"], log["closes"]) == ([[2, 1, 4]], 6, {"1011": 1})


def test_faulty_echo_counts_messages_on_each_connection() -> None:
    rules = {"lose": {"every": 3, "offset": 1}, "reorder": {"every": 3, "offset": 2}}
    with serve("faulty_echo", **rules) as server, clients(server) as join:
        for number in (1, 2):
            client = join()
            sent = publish(client, 6)
            assert arrived(client) == [sent[n] for n in (0, 3, 2)], number
        log = server.log()
    assert log["lost"] == [[1, 1], [1, 4], [2, 1], [2, 4]]
    assert log["reordered"] == [[1, 2], [2, 2]]
    assert log["held"] == [[1, 5], [2, 5]]


def test_junk_comes_before_the_echo_and_leaves_the_echo_whole() -> None:
    every = {"text": 2, "empty": 3, "binary": 4, "huge": 5, "ping": 2, "fragment": 6}
    with serve("junk", **every) as server, clients(server) as join:
        client = join(max_size=None)
        sent = publish(client, 12)
        got = arrived(client)
        log = server.log()
    assert log["junk"] == {"text": 6, "empty": 4, "binary": 3, "huge": 2, "ping": 6, "fragment": 2}
    assert (log["sent"], log["pongs"]) == (12, 6)
    assert [message for message in got if message in sent] == sent
    others = [message for message in got if message not in sent]
    assert [len(message) for message in others].count(64) == 9
    assert others.count("") == 4
    assert others.count("x" * 2**20) == 2
    assert len(others) == 15


def test_junk_splits_an_echo_across_frames_around_a_ping() -> None:
    with serve("junk", fragment=1, ping=1, pieces=4) as server, clients(server) as join:
        client = join()
        client.send("marker!!")
        assert list(client.recv_streaming()) == ["ma", "rk", "er", "!!"]
        arrived(client)
    assert server.log()["pongs"] == 1


def test_junk_that_is_not_utf8_makes_a_strict_client_leave() -> None:
    with serve("junk", invalid=1) as server, clients(server) as join:
        client = join()
        client.send("hello")
        with pytest.raises(ConnectionClosedError):
            client.recv(timeout=PATIENCE_S)
        assert client.protocol.close_sent is not None
        assert client.protocol.close_sent.code == 1007
    assert server.log()["junk"] == {"invalid": 1}
