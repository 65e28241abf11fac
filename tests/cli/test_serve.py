"""`wswarm serve`: the reference application, until it is told to stop."""

import asyncio
import signal
import socket
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.sync.client import connect

from target_app.backplane.probe import probe
from target_app.backplane.protocol import BackplaneDown
from tests.cli.command import BRIEF_MESSAGES, Command, Outcome, in_process, wait_until
from tests.cli.strangers import closed_port, stranger
from tests.target_app.backplane.servers import RedisServer
from tests.target_app.server import closing

pytestmark = pytest.mark.xdist_group("command line: serve")


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_documented_chat_is_served_until_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    port = closed_port()
    command = Command("serve", "--app", "documented.chat", "--port", str(port), cwd=tmp_path)
    wait_until(lambda: is_listening(port), "the chat listens")
    with connect(f"ws://127.0.0.1:{port}/ws/7", proxy=None) as client:
        client.send("hello")
        assert client.recv(timeout=60) == "You wrote: hello"
        command.process.send_signal(number)
        assert closing(client) == (1012, "restarting: retry in 0 to 5 s")
    end = command.outcome()
    assert end.code == 0
    assert end.out == f"target_app.documented.chat at http://127.0.0.1:{port}/ (Ctrl-C stops it)\n"
    assert end.err == ""


def test_several_workers_are_served_measured_and_stopped_by_ctrl_c(tmp_path: Path) -> None:
    port = closed_port()
    command = Command("serve", "--workers", "2", "--port", str(port), cwd=tmp_path)
    wait_until(lambda: is_listening(port), "the application listens")
    wait_until(lambda: len(command.family()) >= 3, "both workers run")
    url = f"ws://127.0.0.1:{port}"
    options = ("--profile", "echo", "--scenarios", "echo", "-o", "mine")
    end = in_process("run", url, *BRIEF_MESSAGES, *options, cwd=tmp_path)
    assert end.code in (0, 98)
    assert "15" in end.out
    command.interrupt()
    served = command.outcome()
    assert served.code == 0
    assert "Traceback" not in served.err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_address_is_told_when_it_accepts_and_then_the_guards(workers: str, tmp_path: Path) -> None:
    port = closed_port()
    command = Command("serve", "--workers", workers, "--port", str(port), cwd=tmp_path)
    assert command.process.stdout is not None
    told = command.process.stdout.readline()
    assert is_listening(port)
    assert told == f"target_app.main at http://127.0.0.1:{port}/ (Ctrl-C stops it)\n"
    always = "origin same host; message size 1 MiB; handshake deadline 10 s; drain 10 s"
    assert command.process.stdout.readline() == f"guards: {always}; no tokens, caps or rate\n"
    command.process.send_signal(signal.SIGTERM)
    assert command.outcome().code == 0


def test_strict_guards_are_for_the_hardened_app(tmp_path: Path) -> None:
    end = in_process("serve", "--guard", "strict", "--app", "documented.chat", cwd=tmp_path)
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert "--guard is for --app main" in end.err


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with stranger("silent") as port:
        end = in_process("serve", "--port", str(port), cwd=tmp_path)
    assert (end.code, end.out, end.err.count("\n")) == (1, "", 1)
    assert f"--port {port}: Address already in use; choose another" in end.err


@pytest.mark.parametrize(
    ("host", "why"), [("8.8.8.8", "Cannot assign requested address"), ("host.invalid", "not known")]
)
def test_an_address_that_is_not_ours_is_told_in_one_line(host: str, why: str, tmp_path: Path) -> None:
    end = in_process("serve", "--host", host, "--port", str(closed_port()), cwd=tmp_path)
    assert (end.code, end.out, end.err.count("\n")) == (1, "", 1)
    assert f"--host {host}" in end.err
    assert why in end.err


async def leave(port: int, count: int) -> None:
    """Enter the chat, so many at once, and be gone at once without a word.

    All have entered when the last one hears itself; of several workers it may be alone in its own.
    """
    uri = f"ws://127.0.0.1:{port}/ws/"
    entering = (connect_async(f"{uri}{number}", proxy=None, compression=None) for number in range(count))
    clients = await asyncio.gather(*entering)
    await clients[-1].send("I am in")
    while "You wrote: I am in" not in str(await clients[-1].recv()):
        pass
    for client in clients:
        client.transport.abort()


@pytest.mark.parametrize(
    ("workers", "options", "is_shown"), [("1", (), False), ("2", (), False), ("1", ("--tracebacks",), True)]
)
def test_clients_that_leave_in_numbers_are_counted_and_shown_when_asked(
    workers: str, options: tuple[str, ...], is_shown: bool, tmp_path: Path
) -> None:
    port, count = closed_port(), 12 if is_shown else 60  # a pipe that nobody reads takes few tracebacks
    serving = ("serve", "--app", "documented.chat", "--port", str(port), "--workers", workers, *options)
    command = Command(*serving, cwd=tmp_path)
    wait_until(lambda: is_listening(port), "the chat listens")
    asyncio.run(leave(port, count))
    server = psutil.Process(command.process.pid)
    family = [server, *server.children(recursive=True)]
    wait_until(lambda: not any(open_on(one, port) for one in family), "everybody is known to have left")
    command.process.send_signal(signal.SIGTERM)
    end = command.outcome()
    assert end.code == 0
    assert ("Traceback" in end.err) == is_shown
    assert ("handlers ended because a client had left" in end.err) != is_shown


def open_on(process: psutil.Process, port: int) -> bool:
    """Whether a process has a connection of its own on that port."""
    return any(one.status != "LISTEN" and one.laddr.port == port for one in process.net_connections("tcp"))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_before_anything_is_served_ends_with_0(workers: str, tmp_path: Path) -> None:
    with stranger("silent") as port:
        command = Command(*serving(workers, f"redis://127.0.0.1:{port}"), cwd=tmp_path)
        process = psutil.Process(command.process.pid)
        wait_until(lambda: asks(process, port), "it waits for the backend")
        command.process.send_signal(signal.SIGTERM)
        end = command.outcome()
    assert (end.code, end.err) == (0, "")


def asks(process: psutil.Process, port: int) -> bool:
    """Whether it, or a process that it has started, has a connection to somebody who listens on that port."""
    family = [process, *process.children(recursive=True)]
    return any(one.raddr and one.raddr.port == port for each in family for one in each.net_connections("tcp"))


def serving(workers: str, backplane: str) -> tuple[str, ...]:
    """The arguments that serve the application on a backplane."""
    return ("serve", "--port", str(closed_port()), "--workers", workers, "--backplane", backplane)


class Unusable(NamedTuple):
    """What is said of backplanes that cannot be used.

    Attributes:
        probed: By a probe, each with what it has to say.
        served: By `wswarm serve`, likewise.
    """

    probed: list[tuple[BaseException | None, str]]
    served: list[tuple[Outcome, str]]


@pytest.fixture(scope="module")
def unusable(tmp_path_factory: pytest.TempPathFactory) -> Unusable:
    """Of a Redis that wants a password, ``right``, and of nobody; all at once, because each is tried for 5 s."""
    folder = tmp_path_factory.mktemp("unusable")
    hidden = folder / "hidden"
    (hidden / "redis").mkdir(parents=True)
    (hidden / "redis" / "__init__.py").write_text("raise ImportError")
    server = RedisServer()
    try:
        server.start()
        server.execute("CONFIG SET requirepass right")
        here, nowhere = f"127.0.0.1:{server.port}", f"127.0.0.1:{closed_port()}"
        refused = "the backend says: invalid username-password pair"
        cases = [
            ("1", f"redis://:secret@{here}", refused, {}),
            ("2", f"postgresql://me:secret@{nowhere}/db", "Connect call failed", {}),
            ("1", f"redis://:right@{here}", "pip install 'wswarm[redis]'", {"PYTHONPATH": str(hidden)}),
        ]
        commands = [
            Command(*serving(workers, address), cwd=folder, env=env) for workers, address, _, env in cases
        ]
        probes = {
            f"redis://:secret@{here}": refused,
            f"redis://{here}": "the backend says: Authentication required",
            f"redis://:secret@{nowhere}": "Connect call failed",
            f"postgresql://me:secret@{nowhere}/db": "Connect call failed",
        }

        async def ask() -> list[BaseException | None]:
            return await asyncio.gather(*map(probe, probes), return_exceptions=True)

        probed = list(zip(asyncio.run(ask()), probes.values(), strict=True))
        ended = [command.outcome() for command in commands]
        return Unusable(probed, [(end, why) for end, (_, _, why, _) in zip(ended, cases, strict=True)])
    finally:
        server.close()


def test_a_probe_says_what_keeps_a_backplane_from_being_used(unusable: Unusable) -> None:
    for error, why in unusable.probed:
        assert isinstance(error, BackplaneDown)
        assert why in str(error)
        assert "secret" not in str(error)


def test_backplanes_that_cannot_be_used_are_told_in_one_line_without_the_password(unusable: Unusable) -> None:
    for end, why in unusable.served:
        assert (end.code, end.err.count("\n")) == (1, 1), end.err
        assert why in end.err
        assert "secret" not in end.err
