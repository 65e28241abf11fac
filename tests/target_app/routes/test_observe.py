import time

import pytest

from tests.target_app.server import PATIENCE, Server, receive


@pytest.fixture(autouse=True)
def _alone(main: Server) -> None:
    """Nobody is connected from an earlier test."""
    main.wait_until_empty()


def test_healthz_answers(main: Server) -> None:
    assert main.get("/healthz") == (200, "application/json", '{"status":"ok"}')


def test_stats_name_the_process(main: Server) -> None:
    assert main.stats()["process_id"] == main.pid


@pytest.mark.parametrize(
    ("path", "sent", "replies"),
    [
        ("/ws", "hi", 1),
        ("/class/ws", "hi", 1),
        ("/ws/bytes", b"hi", 1),
        ("/ws/json", "{}", 1),
        ("/ws/1", "hi", 2),
        ("/items/foo/ws?token=t", "hi", 2),
        ("/items/foo/ws?token=t&q=1", "hi", 3),
        ("/parameters/x/ws?times=4", "hi", 4),
    ],
)
def test_each_message_is_counted_in_and_out(main: Server, path: str, sent: str | bytes, replies: int) -> None:
    before = main.stats()
    with main.connect(path) as client:
        for _ in range(10):
            client.send(sent)
        receive(client, 10 * replies)
    after = main.stats()
    assert after["messages_in"] - before["messages_in"] == 10
    assert after["messages_out"] - before["messages_out"] == 10 * replies


def test_a_broadcast_counts_once_for_each_recipient(main: Server) -> None:
    with main.connect("/ws/1") as one, main.connect("/ws/2") as two, main.connect("/ws/3") as three:
        before = main.stats()["messages_out"]
        one.send("hi")
        receive(one, 2), receive(two), receive(three)
        assert main.stats()["messages_out"] == before + 4


@pytest.mark.parametrize(
    "path", ["/ws", "/class/ws", "/ws/bytes", "/ws/json", "/ws/1", "/items/foo/ws?token=t"]
)
def test_open_connections_are_counted_while_they_last(main: Server, path: str) -> None:
    before = main.stats()["connections_total"]
    with main.connect(path), main.connect(path):
        during = main.stats()
        assert (during["connections_open"], during["connections_total"]) == (2, before + 2)
    main.wait_until_empty()
    assert main.stats()["connections_total"] == before + 2


def test_refused_handshakes_are_not_counted(main: Server) -> None:
    before = main.stats()["connections_total"]
    main.refusal("/items/foo/ws")
    assert main.stats()["connections_total"] == before


def test_the_lag_of_the_event_loop_is_sampled_from_the_start(main: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while not (lag := main.stats()["loop_lag"])["samples"]:
        assert time.monotonic() < deadline, "no sample was taken"
    assert 0 <= lag["last_s"] <= lag["max_s"]
    assert 0 <= lag["mean_s"] <= lag["max_s"]
    assert lag["window_s"] == 60
