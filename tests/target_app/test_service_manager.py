"""What is taken of what a service manager hands over."""

import os
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_app import service_manager
from target_app.service_manager import HandedOverError, ServiceManager, share

OURS = str(os.getpid())


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A socket that listens, where the first of those is looked for."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        monkeypatch.setattr(service_manager, "_FIRST", one.fileno())
        yield one


def test_a_socket_is_taken_once_and_the_variables_go(listener: socket.socket) -> None:
    environment = {
        "LISTEN_PID": OURS,
        "LISTEN_FDS": "1",
        "LISTEN_FDNAMES": "x",
        "NOTIFY_SOCKET": "/x",
        "A": "b",
    }
    manager = ServiceManager.take(environment)
    (taken,) = manager.sockets
    assert taken.getsockname() == listener.getsockname()
    assert manager.notified == "/x"
    assert environment == {"A": "b"}
    assert ServiceManager.take(environment) == ServiceManager()
    taken.detach()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"LISTEN_PID": OURS},
        {"LISTEN_FDS": "1"},
        {"LISTEN_PID": "1", "LISTEN_FDS": "1"},
        {"LISTEN_PID": OURS, "LISTEN_FDS": "-1"},
    ],
)
def test_what_is_for_another_process_is_left_alone(
    listener: socket.socket, environment: dict[str, str]
) -> None:
    assert ServiceManager.take(environment).sockets == ()


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX])
def test_what_does_not_listen_is_refused_in_words(
    family: int, kind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(family, kind) as other:
        monkeypatch.setattr(service_manager, "_FIRST", other.fileno())
        with pytest.raises(
            HandedOverError, match=f"descriptor {other.fileno()} is no TCP socket that listens"
        ):
            ServiceManager.take({"LISTEN_PID": OURS, "LISTEN_FDS": "1"})


@pytest.mark.parametrize(
    ("addresses", "shares"),
    [
        ("a", [[0], [0], [0]]),
        ("aaa", [[0], [1], [2]]),
        ("aab", [[0, 2], [1, 2], [0, 2]]),
        ("aaaab", [[0, 3, 4], [1, 4], [2, 4]]),
        ("", [[], [], []]),
    ],
)
def test_sockets_of_one_address_are_dealt_out(addresses: str, shares: list[list[int]]) -> None:
    assert [share(addresses, worker, 3) for worker in range(3)] == shares


@given(st.lists(st.sampled_from("abc"), max_size=9), st.integers(1, 6))
def test_every_socket_has_a_worker_and_every_worker_one_of_each_address(
    addresses: list[str], workers: int
) -> None:
    shares = [share(addresses, worker, workers) for worker in range(workers)]
    assert {number for taken in shares for number in taken} == set(range(len(addresses)))
    for taken in shares:
        assert {addresses[number] for number in taken} == set(addresses)
