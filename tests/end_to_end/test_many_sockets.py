"""More sockets than half the ports of one address: several processes and source addresses, and nothing missed."""

import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.instrument import agents_of, run
from tests.end_to_end.servers import serve
from wswarm.drive.host import limits
from wswarm.results.progress import Progress
from wswarm.results.run import Run

SUBSCRIBERS, PROCESSES, PORTS = 2_000, 3, 1_400

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is nobody's address")


@pytest.fixture(scope="module")
def spread() -> Iterator[tuple[Run, list[Counter[str]], dict[str, Any]]]:
    """A fan-out to 2,000 over three processes, what addresses each one left from, and the server's facts."""
    left: list[Counter[str]] = []

    def look(progress: Progress) -> None:
        if progress.phase in ("hold", "drain") and not left:  # in both they are all there
            sockets = [agent.net_connections("tcp") for agent in agents_of()]
            left.extend(Counter(one.laddr.ip for one in own) for own in sockets if len(own) > 1)

    with pytest.MonkeyPatch.context() as patch, serve("relay") as server:
        patch.setattr(limits, "local_ports", lambda: PORTS)
        found = run(
            "fanout",
            server.url,
            look,
            connections=SUBSCRIBERS,
            connect_rate=4_000.0,
            processes=PROCESSES,
            rate=3.0,
            duration=1.0,
            warmup=0.0,
            probe="off",
        )
        yield found, left, server.log()


def test_all_of_them_open(spread: tuple[Run, list[Counter[str]], dict[str, Any]]) -> None:
    run_file, _, facts = spread
    assert (run_file.connections.opened, run_file.connections.failed) == (SUBSCRIBERS + 1, 0)
    assert facts["connections"] == SUBSCRIBERS + 1


def test_they_leave_from_as_many_addresses_as_leave_half_of_each_one_s_ports_free(
    spread: tuple[Run, list[Counter[str]], dict[str, Any]],
) -> None:
    _, left, _ = spread
    together = sum(left, Counter())
    assert len(left) == PROCESSES
    assert sorted(together) == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    assert together.total() == SUBSCRIBERS
    assert max(together.values()) <= PORTS // 2


def test_every_broadcast_comes_to_each_of_them_once(
    spread: tuple[Run, list[Counter[str]], dict[str, Any]],
) -> None:
    run_file, _, facts = spread
    messages = run_file.messages
    assert messages is not None
    assert messages.owed == messages.received == facts["sent"] == 3 * SUBSCRIBERS
    assert (messages.duplicated, messages.extra, messages.lost.silent, messages.lost.disconnected) == (
        0,
        0,
        0,
        0,
    )
