"""The units of systemd: what it says of them, and the application on sockets that are handed to it."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from target_app.settings import Settings
from target_app.supervisor import PATIENCE_S
from tests.deploy.activator import Activator, end
from tests.target_app.server import PATIENCE

FOLDER = Path(__file__).parents[2] / "deploy"
SERVICE, SOCKET = (FOLDER / f"wswarm-target.{kind}" for kind in ("service", "socket"))
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(
    ANALYZE is None, reason="no systemd-analyze on this machine: apt-get install systemd"
)


def entries(unit: Path, section: str, name: str) -> list[str]:
    """The values of a unit's setting, which may be there several times."""
    parser = ConfigParser(strict=False, interpolation=None, delimiters="=", dict_type=dict)
    parser.read(unit)
    assert parser.has_option(section, name)
    lines = unit.read_text().splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units as they stand, but for the place of the program."""
    text = SERVICE.read_text()
    assert text.count("/opt/wswarm/.venv/bin/wswarm ") == 1
    (tmp_path / SERVICE.name).write_text(text.replace("/opt/wswarm/.venv/bin/wswarm ", "/bin/true "))
    shutil.copy(SOCKET, tmp_path)
    return [str(tmp_path / unit.name) for unit in (SERVICE, SOCKET)]


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(units: list[str]) -> None:
    command = [str(ANALYZE), "verify", "--man=no", "--recursive-errors=no", *units]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_systemd_finds_the_service_little_exposed(units: list[str]) -> None:
    command = [str(ANALYZE), "security", "--offline=yes", "--threshold=20", units[0]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_service_is_given_more_time_to_stop_than_it_takes() -> None:
    (seconds,) = entries(SERVICE, "Service", "TimeoutStopSec")
    assert float(seconds) > Settings().drain_deadline + 2 * PATIENCE_S
    assert entries(SERVICE, "Service", "KillSignal") == ["SIGTERM"]


def test_there_is_a_socket_for_each_worker_and_the_others_know_where() -> None:
    (command,) = entries(SERVICE, "Service", "ExecStart")
    addresses = entries(SOCKET, "Socket", "ListenStream")
    assert command.endswith(f"--workers {len(addresses)}")
    (address,) = set(addresses)
    assert f"server {address};" in (FOLDER / "nginx.conf").read_text()
    assert f'"{address}"' in (FOLDER / "prometheus.yml").read_text()


@pytest.fixture
def activator(tmp_path: Path) -> Iterator[Activator]:
    """Two sockets that somebody listens on."""
    one = Activator(tmp_path / "log", 2)
    yield one
    one.close()


def test_who_comes_while_the_application_restarts_waits_and_is_served(activator: Activator) -> None:
    async def test() -> None:
        url = f"ws://127.0.0.1:{activator.port}/ws"
        first = await asyncio.to_thread(activator.start, "--workers", "1")
        try:
            async with connect(url, proxy=None, open_timeout=PATIENCE) as client:
                await client.send("here")
                assert await client.recv() == "Message text was: here"
                assert await asyncio.to_thread(end, first) == 0
                with pytest.raises(ConnectionClosed) as closed:
                    await client.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1012
        finally:
            first.kill()
        waiting = [asyncio.ensure_future(knock(url)) for _ in range(8)]
        await asyncio.sleep(0.1)
        assert not any(client.done() for client in waiting)
        second = await asyncio.to_thread(activator.start, "--workers", "2")
        try:
            assert await asyncio.gather(*waiting) == ["Message text was: still?"] * 8
            assert await asyncio.to_thread(end, second) == 0
        finally:
            second.kill()

    asyncio.run(asyncio.wait_for(test(), 3 * PATIENCE))


async def knock(url: str) -> str | bytes:
    """What is answered to a message, whenever the connection opens."""
    async with connect(url, proxy=None, open_timeout=PATIENCE) as client:
        await client.send("still?")
        return await client.recv()
