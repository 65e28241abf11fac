"""However a test is ended, its report is complete, and nothing is left behind."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.locust.harness import Locust, are_gone, command, distributed, forking, headless, locust
from wswarm.drive.target import ReferenceApp


@contextmanager
def started(folder: Path, kind: str, *arguments: str) -> Iterator[tuple[Locust, list[Locust]]]:
    """Locust as one process, with two forked workers, or with two workers over TCP."""
    if kind == "tcp":
        with distributed(folder, *arguments) as (master, workers):
            yield master, [workers]
    else:
        more = forking(2) if kind == "forked" else []
        with locust(folder, "-f", "locustfile.py", *more, *arguments) as one:
            yield one, []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("single", "SIGTERM"),
        ("single", "Ctrl-C"),
        ("forked", "SIGTERM"),
        ("forked", "Ctrl-C"),
        ("tcp", "SIGTERM"),
    ],
)
def test_a_test_that_is_broken_off_has_a_complete_report(
    folder: Path, app: ReferenceApp, kind: str, how: str
) -> None:
    agents = 2 if kind == "single" else 3
    with started(folder, kind, *headless(app.url, 8)) as (master, workers):
        master.hold()
        left = [process for one in (master, *workers) for process in one.descendants()]
        assert len([one for one in left if "wswarm.drive.agent" in command(one)]) == agents
        if how == "SIGTERM":
            master.signal(signal.SIGTERM)
        else:
            master.interrupt()
        code = master.ended()
        assert are_gone(left)
        assert [one.ended() for one in workers] == [0] * len(workers)
        runs = master.runs()
    chat, echo = runs["Chat"], runs["Echo"]
    assert code == (98 if "invalid" in (chat.validity.verdict, echo.validity.verdict) else 0)
    assert (chat.connections.opened, echo.connections.opened) == (5, 4)
    assert chat.messages is not None
    assert echo.messages is not None
    assert chat.messages.received == chat.messages.owed == 4 * chat.messages.sent > 0
    assert echo.messages.received == echo.messages.sent > 0
    assert not [reason for run in runs.values() for reason in run.validity.reasons if "lost" in reason]
