"""The two drivers see the same: plain and over TLS, on faulty targets and with compression."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import pytest

from tests.cli.strangers import closed_port
from tests.end_to_end.instrument import run, together
from tests.end_to_end.servers import serve
from wswarm.errors import PlanError, TargetError
from wswarm.results.run import Run

BOTH = ("picows", "websockets")
DRIVERS = pytest.mark.parametrize("driver", BOTH)
Result = TypeVar("Result")
LOAD: dict[str, Any] = {"connections": 4, "rate": 160}


def with_both(measure: Callable[[str], Result]) -> list[Result]:
    """What a measurement gives with either driver, side by side."""
    return together(*(partial(measure, driver) for driver in BOTH))


def counts(found: Run) -> dict[str, Any]:
    """All that was counted, handshakes and messages."""
    assert found.messages is not None
    names = ("offered", "sent", "owed", "received", "duplicated", "reordered", "extra", "unmarked")
    of_messages = {name: getattr(found.messages, name) for name in names}
    sockets = found.connections
    return of_messages | {
        "lost": (found.messages.lost.disconnected, found.messages.lost.silent),
        "connections": (sockets.opened, sockets.failed, sockets.dropped, sockets.failures, sockets.closes),
    }


def test_both_drivers_count_the_same_on_the_same_faulty_relay() -> None:
    faults = {
        "lose": {"every": 8, "offset": 1, "receivers": [1, 3]},
        "duplicate": {"every": 8, "offset": 3},
        "reorder": {"every": 8, "offset": 5, "receivers": [2, 4]},
        "close": {"receivers": [4], "at": 8, "code": 4321},
    }

    def measured(driver: str) -> dict[str, Any]:
        with serve("faulty_relay", **faults) as server:
            return counts(
                run(
                    "fanout",
                    server.url,
                    driver=driver,
                    **LOAD | {"rate": 5, "duration": 3.2, "warmup": 0.4, "drain": 2},
                )
            )

    first, second = with_both(measured)
    assert first == second
    assert first["connections"] == (5, 0, 1, {}, {"4321": 1})
    assert (first["lost"], first["duplicated"], first["reordered"]) == ((1, 4), 7, 3)


def test_an_authority_given_by_file_is_trusted_and_tls_has_a_time_of_its_own() -> None:
    def measured(driver: str) -> tuple[Run, dict[str, Any]]:
        with serve("tls_echo") as server:
            return run("echo", server.url, driver=driver, cacert=server.cacert, **LOAD), server.log()

    for found, facts in with_both(measured):
        assert counts(found)["received"] == 80
        assert facts["received"] == facts["sent"] == 96
        assert sum(facts["tls_versions"].values()) == found.connections.opened == 4
        assert facts["protocols"] == {"http/1.1": 4}
        times = found.connections
        assert times.tls_time is not None
        assert times.tcp_time is not None
        assert times.upgrade_time is not None
        assert times.tls_time.n == 4
        parts = (times.tcp_time.mean or 0) + (times.tls_time.mean or 0) + (times.upgrade_time.mean or 0)
        assert parts == pytest.approx(times.handshake_time.mean)


@DRIVERS
def test_an_unknown_authority_is_a_target_error_that_names_the_option(driver: str) -> None:
    with (
        serve("tls_echo") as server,
        pytest.raises(TargetError, match=r"tls certificate: .*\(4\).*give its authority with --cacert"),
    ):
        run("echo", server.url, driver=driver, **LOAD)


def test_an_insecure_run_trusts_any_certificate() -> None:
    with serve("tls_echo") as server:
        found = with_both(lambda driver: run("echo", server.url, driver=driver, insecure=True, **LOAD))
    assert [counts(one)["received"] for one in found] == [80, 80]


def test_a_target_that_wants_a_certificate_of_the_client_gets_it() -> None:
    with serve("tls_echo", client_certificate=True) as server:
        files = {"cacert": server.cacert, "cert": server.ready["cert"], "key": server.ready["key"]}
        found = with_both(lambda driver: run("echo", server.url, driver=driver, **files, **LOAD))
        facts = server.log()
    assert [counts(one)["received"] for one in found] == [80, 80]
    assert facts["client_certificates"] == 2 * 4


@DRIVERS
def test_a_client_certificate_that_is_missing_fails_every_handshake_and_is_named_with_the_options(
    driver: str,
) -> None:
    with serve("tls_echo", client_certificate=True) as server:
        with pytest.raises(
            TargetError, match=r"every handshake failed|every connection was closed"
        ) as failure:
            run("echo", server.url, driver=driver, cacert=server.cacert, **LOAD)
        assert server.log()["connections"] == 0
    assert "client certificate" in str(failure.value)
    assert "--cert FILE --key FILE" in str(failure.value)


def test_a_plain_port_spoken_to_in_tls_is_a_target_error() -> None:
    def refused(driver: str) -> None:
        with serve("echo") as server, pytest.raises(TargetError, match="every handshake failed"):
            run("echo", server.url.replace("ws://", "wss://"), driver=driver, connect_timeout=2, **LOAD)

    with_both(refused)


@DRIVERS
def test_a_port_where_nothing_listens_is_a_target_error_that_says_so(driver: str) -> None:
    with pytest.raises(TargetError, match=r"refused \(5\).*nothing listens there"):
        run("echo", f"ws://127.0.0.1:{closed_port()}/", driver=driver)


def test_deflate_is_negotiated_on_every_connection_and_messages_go_compressed() -> None:
    with serve("deflate_echo") as server:
        plan = {"driver": "websockets", "deflate": True, "size": 500}
        found = run("echo", server.url, **plan, **LOAD)
        facts = server.log()
    assert counts(found)["received"] == 80
    assert facts["negotiated"] == [["permessage-deflate"]] * 4
    assert facts["compressed"] == facts["received"] == 96


def test_deflate_is_not_offered_unless_asked_for() -> None:
    with serve("deflate_echo") as server:
        run("echo", server.url, driver="websockets", **LOAD)
        facts = server.log()
    assert facts["negotiated"] == [[]] * 4
    assert (facts["compressed"], facts["received"]) == (0, 96)


def test_deflate_with_picows_is_refused() -> None:
    with pytest.raises(PlanError, match="--deflate needs --driver websockets"):
        run("echo", "ws://127.0.0.1:1/", deflate=True)


@DRIVERS
def test_a_certificate_for_another_name_tells_both(driver: str) -> None:
    told = r"tls certificate: other name \(3\).*asked for other.example, it is for .*127\.0\.0\.1.*--sni NAME"
    with serve("tls_echo") as server, pytest.raises(TargetError, match=told):
        run("connect", server.url, driver=driver, cacert=server.cacert, sni="other.example", connections=3)


@pytest.mark.parametrize(("name", "agreed"), [("headers_echo", "v2.chat"), ("echo", "none")])
def test_agreed_subprotocols_are_counted(name: str, agreed: str) -> None:
    offered: dict[str, Any] = {"subprotocols": ("v2.chat", "v1.chat"), "connections": 3}
    with serve(name) as server:
        found = with_both(lambda driver: run("connect", server.url, driver=driver, **offered))
    assert [one.connections.subprotocols for one in found] == [{agreed: 3}] * 2
