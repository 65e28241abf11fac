"""Which of a target's addresses a connection ends up at, and what is told of those that do not answer."""

import asyncio
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.end_to_end.servers.hole import hole, queue
from wswarm.drive.drivers import dial
from wswarm.drive.drivers.address import Address
from wswarm.drive.drivers.connection import HandshakeFailed, Settings

GOOD, SILENT, OTHER = "127.0.0.1", "127.0.0.2", "127.0.0.3"


def settings_for(*addresses: Address, sources: Sequence[str] = (), timeout: float = 30.0) -> Settings:
    """Return what the connections of an agent would share."""
    return Settings(list(addresses), sources, None, False, (), False, timeout)


def where(settings: Settings, number: int = 0) -> str:
    """Return the address at which a connection ends up."""

    async def connect() -> str:
        connected, host = await dial.connect_tcp(number, settings)
        connected.close()
        return host

    return asyncio.run(connect())


def failure(settings: Settings) -> HandshakeFailed:
    """Return why a connection does not come about."""
    with pytest.raises(HandshakeFailed) as caught:
        where(settings)
    return caught.value


@pytest.mark.parametrize("silent", [SILENT, "::1"])
@pytest.mark.parametrize("is_first", [True, False])
def test_an_address_that_leads_nowhere_keeps_nobody_from_the_one_that_answers(
    silent: str, is_first: bool
) -> None:
    with queue(GOOD) as port, hole(silent, port):
        addresses = [(silent, port), (GOOD, port)]
        settings = settings_for(*(addresses if is_first else addresses[::-1]))
        assert where(settings) == GOOD
        assert settings.addresses[0] == (GOOD, port), "the next connection tries first what answered"


def test_a_connection_after_the_first_does_not_wait_for_what_did_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with queue(GOOD) as port, hole(SILENT, port):
        settings = settings_for((SILENT, port), (GOOD, port))
        where(settings)
        monkeypatch.setattr(dial, "STAGGER_S", 3600.0)
        assert where(settings) == GOOD


def test_an_address_that_refuses_makes_room_for_the_next_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dial, "STAGGER_S", 3600.0)
    with queue(GOOD) as port:
        assert where(settings_for((SILENT, port), (OTHER, port), (GOOD, port))) == GOOD


def test_an_address_that_answered_and_dies_is_left_again() -> None:
    with queue(OTHER) as port:
        settings = settings_for((GOOD, port), (OTHER, port))
        with queue(GOOD, port):
            assert where(settings) == GOOD
        with hole(GOOD, port):
            assert where(settings) == OTHER
            assert settings.addresses[0] == (OTHER, port)


def test_all_addresses_share_one_time_and_are_named_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dial, "STAGGER_S", 0.01)
    with hole(GOOD) as port, hole("::1", port):
        failed = failure(settings_for((GOOD, port), ("::1", port), timeout=0.5))
        assert (failed.reason, failed.detail) == ("timeout", "at 127.0.0.1, [::1]")


def test_what_refused_is_told_beside_what_did_not_answer() -> None:
    with hole(GOOD) as port:
        failed = failure(settings_for((OTHER, port), (GOOD, port), timeout=0.5))
        assert (failed.reason, failed.detail) == ("timeout", "at 127.0.0.1; 127.0.0.3: refused")


def test_a_target_that_refuses_at_all_addresses_is_counted_as_that() -> None:
    with queue(SILENT) as port:
        failed = failure(settings_for((GOOD, port), (OTHER, port)))
        assert (failed.reason, failed.detail) == ("refused", "at 127.0.0.1, 127.0.0.3")


def test_a_source_reaches_addresses_of_its_own_ip_version_only() -> None:
    with queue(GOOD) as port, queue("::1", port):
        settings = settings_for(("::1", port), (GOOD, port), sources=(OTHER, "::1"))
        assert [where(settings, number) for number in (0, 1, 2, 3)] == [GOOD, "::1", GOOD, "::1"]


@pytest.mark.skipif(sys.platform == "win32", reason="no socket files in Python")
def test_a_socket_file_with_a_full_queue_is_waited_for(tmp_path: Path) -> None:
    path = str(tmp_path / "full.sock")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as filler:
        listener.bind(path)
        listener.listen(0)
        filler.connect(path)
        failed = failure(settings_for((path, 0), timeout=0.2))
        assert (failed.reason, failed.detail) == ("timeout", f"at {path}")
        listener.accept()[0].close()
        assert where(settings_for((path, 0))) == path
