"""Long runs: what is kept of them meanwhile, what is left when everything is killed, and what they say grows."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.cli.command import in_process
from tests.end_to_end.instrument import together, wait_until
from tests.end_to_end.servers import serve
from wswarm.experiment.besides import Besides
from wswarm.experiment.measure import measure
from wswarm.load import hours
from wswarm.load.plan import make_plan
from wswarm.report.checkpoints import CHECKPOINTS_FILE
from wswarm.report.store import load
from wswarm.results.run import Messages, Run

HOLD_S = 2.0
OFTEN = """
import sys
from wswarm.cli.main import main
from wswarm.experiment import checkpoints
checkpoints.EVERY_S = 0.3
sys.exit(main(sys.argv[1:]))
"""


class Kept(NamedTuple):
    """A run, and what was kept of it meanwhile."""

    run: Run
    meanwhile: list[Run]


@pytest.fixture(scope="module")
def kept() -> Iterator[dict[str, Kept]]:
    """An echo of 200/s, a fan-out of 20/s to 5 and 40 sessions a second, looked at five times a second."""

    def looked_at(scenario: str, url: str, **load: float) -> Kept:
        plan = make_plan(scenario, url, duration=HOLD_S, warmup=0.2, trends=True, seed=1, **load)
        meanwhile: list[Run] = []
        found = measure(plan, besides=Besides(keep=meanwhile.append, keep_every_s=0.2))
        return Kept(found, meanwhile)

    with pytest.MonkeyPatch.context() as patch, serve("echo") as echo, serve("relay") as relay:
        patch.setattr(hours, "LEAST_S", HOLD_S)
        found = together(
            lambda: looked_at("echo", echo.url, connections=5, rate=200),
            lambda: looked_at("fanout", relay.url, connections=5, rate=20),
            lambda: looked_at("churn", echo.url, sessions=40, stay=0.5),
        )
        yield dict(zip(("echo", "fanout", "churn"), found, strict=True))


def messages(run: Run) -> Messages:
    """What became of a run's messages."""
    assert run.messages is not None
    return run.messages


@pytest.mark.parametrize(("scenario", "sent", "owed"), [("echo", 400, 400), ("fanout", 40, 200)])
def test_looking_at_a_run_changes_none_of_its_counts(
    kept: dict[str, Kept], scenario: str, sent: int, owed: int
) -> None:
    found = messages(kept[scenario].run)

    assert (found.offered, found.sent, found.owed, found.received) == (sent, sent, owed, owed)
    assert (found.duplicated, found.reordered, found.extra, found.unmarked) == (0, 0, 0, 0)


@pytest.mark.parametrize("scenario", ["echo", "fanout"])
def test_what_is_under_way_at_a_checkpoint_is_neither_owed_nor_lost(
    kept: dict[str, Kept], scenario: str
) -> None:
    found = [messages(one) for one in kept[scenario].meanwhile]

    assert len(found) > 1
    assert [one.owed for one in found] == [one.received for one in found]
    assert [one.received for one in found] == sorted(one.received for one in found)


@pytest.mark.parametrize("scenario", ["echo", "fanout"])
def test_checkpoints_know_all_connections_and_that_they_are_no_whole_run(
    kept: dict[str, Kept], scenario: str
) -> None:
    sockets = kept[scenario].run.connections.opened

    for one in kept[scenario].meanwhile:
        assert (one.connections.opened, one.connections.peak, one.connections.dropped) == (
            sockets,
            sockets,
            0,
        )
        assert one.validity.verdict != "valid"
        assert one.interrupted
        assert one.notices[0].startswith("cut short")


def test_a_checkpoint_has_the_broadcasts_that_were_sent_until_then(kept: dict[str, Kept]) -> None:
    last = kept["fanout"].meanwhile[-1]

    assert last.fanout is not None
    assert last.fanout.broadcasts == messages(last).sent
    assert last.fanout.delivery_time.n >= messages(last).received


def test_a_checkpoint_has_the_sessions_that_there_were_until_then(kept: dict[str, Kept]) -> None:
    found = [one.population for one in kept["churn"].meanwhile]
    sessions = [one.sessions for one in found if one is not None]

    assert len(sessions) == len(found)
    assert sessions == sorted(sessions) == [one.connections.opened for one in kept["churn"].meanwhile]
    assert sessions[-1] >= 20


def test_a_run_that_nobody_wants_kept_is_not_looked_at() -> None:
    with serve("echo") as server:
        plan = make_plan("echo", server.url, connections=1, rate=50, duration=0.5, warmup=0)
        meanwhile: list[Run] = []
        measure(plan, besides=Besides(keep=meanwhile.append, keep_every_s=0.1))

    assert meanwhile == []


@contextmanager
def killed(folder: Path, url: str) -> Iterator[None]:
    """A run of a minute of which everything was killed once it had some checkpoints."""
    words = ["echo", url, "-c", "4", "-r", "100", "-d", "60s", "--trends", "-o", str(folder), "--quiet"]
    with subprocess.Popen([sys.executable, "-c", OFTEN, *words]) as process:
        file = folder / CHECKPOINTS_FILE
        try:
            wait_until(file.exists)
            for _ in range(4):
                size = file.stat().st_size
                wait_until(lambda: file.stat().st_size > size)  # noqa: B023  # it waits in the loop
        finally:
            for one in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
                with suppress(ProcessLookupError):  # an agent ends by itself once its front end has
                    os.kill(one.pid, signal.SIGKILL)
    yield


def test_after_everything_was_killed_report_makes_the_run_that_there_was(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    with serve("echo") as server, killed(folder, server.url):
        told = in_process("report", str(folder), "--no-plots", cwd=tmp_path)

    (found,) = load(folder)
    assert told.code == 0
    assert "cut short" in told.out
    assert found.validity.verdict in ("suspect", "invalid")
    assert messages(found).received == messages(found).owed > 0
    assert sorted(one.name for one in folder.iterdir()) == ["report.html", "run.json", "summary.txt"]
