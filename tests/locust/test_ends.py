"""However a test is ended, its report is complete, and nothing is left behind."""

import signal
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.end_to_end.instrument import several_at_once, side_by_side
from tests.locust.harness import (
    CHAT_AND_ECHO,
    Locust,
    are_gone,
    command,
    distributed,
    forking,
    headless,
    locust,
)
from wswarm.drive.host.target import ReferenceApp
from wswarm.results.run import Run

pytestmark = [pytest.mark.slow, several_at_once]
WAYS = [
    ("single", "SIGTERM"),
    ("single", "Ctrl-C"),
    ("forked", "SIGTERM"),
    ("forked", "Ctrl-C"),
    ("tcp", "SIGTERM"),
]


class Ended(NamedTuple):
    """How a test ended.

    Attributes:
        agents: How many there were.
        are_gone: Whether nothing of what Locust had started was left.
        workers: The exit codes of workers over TCP.
    """

    code: int
    agents: int
    are_gone: bool
    workers: list[int]
    runs: dict[str, Run]


Ends = dict[tuple[str, str], Future[Ended]]


@contextmanager
def started(folder: Path, kind: str, *arguments: str) -> Iterator[tuple[Locust, list[Locust]]]:
    """Locust as one process, with two forked workers, or with two workers over TCP."""
    if kind == "tcp":
        with distributed(folder, *arguments) as (master, workers):
            yield master, [workers]
    else:
        more = forking(2 if kind == "forked" else 0)
        with locust(folder, "-f", "locustfile.py", *more, *arguments) as one:
            yield one, []


def broken_off(kind: str, how: str, folder: Path, url: str) -> Ended:
    """What becomes of a test that is broken off in its hold."""
    (folder / "locustfile.py").write_text(CHAT_AND_ECHO)
    with started(folder, kind, *headless(url, 8)) as (master, workers):
        master.hold()
        left = [process for one in (master, *workers) for process in one.descendants()]
        agents = len([one for one in left if "wswarm.drive.agent" in command(one)])
        if how == "SIGTERM":
            master.signal(signal.SIGTERM)
        else:
            master.interrupt()
        code = master.ended()
        return Ended(code, agents, are_gone(left), [one.ended() for one in workers], master.runs())


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory, app: ReferenceApp, started_agents: None) -> Iterator[Ends]:
    """However a test is ended, side by side: they wait more than they work."""
    folders = {(kind, how): tmp_path_factory.mktemp(kind) for kind, how in WAYS}
    calls = {way: partial(broken_off, *way, folder, app.url) for way, folder in folders.items()}
    with side_by_side(calls, at_once=3) as found:
        yield found


@pytest.mark.parametrize(("kind", "how"), WAYS)
def test_a_test_that_is_broken_off_has_a_complete_report(kind: str, how: str, ends: Ends) -> None:
    ended = ends[kind, how].result()
    chat, echo = ended.runs["Chat"], ended.runs["Echo"]
    assert ended.agents == (2 if kind == "single" else 3)
    assert ended.are_gone
    assert ended.workers == [0] * (kind == "tcp")
    assert ended.code == (98 if "invalid" in (chat.validity.verdict, echo.validity.verdict) else 0)
    assert (chat.connections.opened, echo.connections.opened) == (5, 4)
    assert chat.messages is not None
    assert echo.messages is not None
    assert chat.messages.received == chat.messages.owed == 4 * chat.messages.sent > 0
    assert echo.messages.received == echo.messages.sent > 0
    assert not [reason for run in ended.runs.values() for reason in run.validity.reasons if "lost" in reason]
