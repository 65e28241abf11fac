"""Handshakes that are sent elsewhere: told, or followed."""

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.errors import TargetError

DRIVERS = pytest.mark.parametrize("driver", ["picows", "websockets"])


@DRIVERS
def test_a_redirect_that_is_not_followed_is_told_with_the_address_to_use(driver: str) -> None:
    with serve("redirecting", status=307) as server:
        there = f"ws://127.0.0.1:{server.port}/0"
        with pytest.raises(TargetError, match=rf"http 307 to /0 \(3\).*use {there}, or --follow"):
            run("connect", f"{server.url}1", connections=3, driver=driver)


@DRIVERS
def test_followed_redirects_lead_every_connection_to_its_end(driver: str) -> None:
    with serve("redirecting", status=302) as server:
        found = run("echo", f"{server.url}5", driver=driver, follow=True, connections=2)
        facts = server.log()
    assert found.messages is not None
    assert found.messages.received == found.messages.offered == 100
    assert facts["paths"] == {f"/{n}": 2 for n in range(6)}
    times = found.connections
    parts = [times.tcp_time, times.upgrade_time]
    assert sum((one.mean or 0) for one in parts if one) == pytest.approx(times.handshake_time.mean)


@pytest.mark.parametrize(
    ("path", "why"), [("6", "redirect: more than 5"), ("circle", "redirect: in a circle")]
)
def test_redirects_without_end_are_told(path: str, why: str) -> None:
    with serve("redirecting") as server, pytest.raises(TargetError, match=why):
        run("connect", f"{server.url}{path}", connections=2, follow=True)


def test_a_redirect_to_tls_is_followed_with_the_authority_given() -> None:
    with serve("tls_echo") as secure, serve("redirecting", to=secure.url.replace("wss", "https")) as server:
        found = run("echo", f"{server.url}1", follow=True, cacert=secure.cacert, connections=2)
    assert found.connections.opened == 2
    assert found.connections.tls_time is not None
    assert found.connections.tls_time.n == 2
