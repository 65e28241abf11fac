"""Runs that are started from a workbench, as real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.cli.command import wait_until
from tests.report import searched
from wswarm.errors import PlanError
from wswarm.report import store
from wswarm.report.answer_page import AnswerPage
from wswarm.report.capacity.html import render_progress
from wswarm.ui.asked import Asked
from wswarm.ui.job import Job, Jobs, check

pytestmark = pytest.mark.xdist_group("workbench")

# Stands for a measurement: says that it runs, and at Ctrl-C what it does; `stubborn` has to be killed.
PRETENDED = """
import pathlib, signal, subprocess, sys, time
folder = pathlib.Path(sys.argv[-1])
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
def stop(*_):
    if "stubborn" not in sys.argv:
        (folder / "run.json").write_text("{}")
    print("stopping", flush=True)
    if "stubborn" not in sys.argv:
        child.kill()
        sys.exit(130)
signal.signal(signal.SIGINT, stop)
for word in sys.argv:
    if word.startswith("port="):
        print(f"live: http://127.0.0.1:{word[5:]}/", flush=True)
print("running", child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Job]:
    """Start what stands for a measurement, and wait until it runs."""
    program = tmp_path / "pretended measurement.py"
    program.write_text(PRETENDED)
    monkeypatch.setattr("wswarm.ui.job._wswarm", lambda: [sys.executable, str(program)])

    def begin(*words: str) -> Job:
        job = Job(["echo", *words], tmp_path)
        wait_until(lambda: job.standing().lines, "it says that it runs")
        return job

    return begin


def child_of(job: Job) -> int:
    return int(job.standing().lines[0].split()[1])


def test_a_stopped_run_reports_what_was(start: Callable[..., Job], tmp_path: Path) -> None:
    job = start()
    assert job.standing().state == "running"
    job.stop()
    wait_until(lambda: job.is_over, "it has ended")
    ended = job.standing()
    assert (ended.state, ended.code, ended.lines[1:]) == ("ended", 130, ["stopping"])
    assert (tmp_path / str(ended.report) / "run.json").exists()


def test_the_page_that_a_run_serves_can_be_had_as_long_as_it_goes_on(start: Callable[..., Job]) -> None:
    with closing(AnswerPage(partial(render_progress, "echo", "a target", []), str)) as page:
        page.show(searched.progress(4))
        port = page.url.rstrip("/").rpartition(":")[2]
        job = start(f"port={port}")
        assert job.standing().is_live
        assert not any("live:" in line for line in job.standing().lines)
        whole, again = (job.page(is_renewed=is_renewed) for is_renewed in (False, True))
        assert whole is not None
        assert again is not None
        assert b"carried 800, too much 1,600" in again
        assert len(again) < len(whole)
        job.stop()
        wait_until(lambda: job.is_over, "it has ended")
        assert (job.standing().is_live, job.page(is_renewed=False)) == (False, None)


def test_a_run_that_serves_no_page_has_none(start: Callable[..., Job]) -> None:
    job = start()
    assert (job.standing().is_live, job.page(is_renewed=False)) == (False, None)
    job.end()


def test_the_second_stop_ends_it_and_all_that_it_has_started(
    start: Callable[..., Job], tmp_path: Path
) -> None:
    job = start("stubborn")
    child = child_of(job)
    job.stop()
    wait_until(lambda: "stopping" in job.standing().lines, "it has heard")
    assert job.standing().state == "stopping"
    job.stop()
    wait_until(lambda: job.is_over, "it has ended")
    wait_until(lambda: not psutil.pid_exists(child), "what it has started has ended")
    assert (job.standing().code, job.standing().report) == (137, None)
    assert [path.name for path in tmp_path.iterdir()] == ["pretended measurement.py"]


def test_a_run_ends_with_its_workbench(start: Callable[..., Job]) -> None:
    job = start()
    job.end()
    assert job.standing().code == 130


def test_what_a_run_says_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    says = "import sys; print('x' * 3000); [print(n) for n in range(2000)]"
    monkeypatch.setattr("wswarm.ui.job._wswarm", lambda: [sys.executable, "-c", says])
    job = Job(["echo"], tmp_path)
    wait_until(lambda: job.is_over, "it has ended")
    assert job.standing().lines == [str(number) for number in range(1600, 2000)]


def test_one_run_at_a_time(
    start: Callable[..., Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wswarm.ui.job.check", lambda _: None)
    jobs = Jobs(tmp_path)
    jobs.start(Asked("echo"))
    with pytest.raises(PlanError, match="under way"):
        jobs.start(Asked("echo"))
    jobs.end()
    jobs.start(Asked("echo"))
    jobs.end()


def test_a_command_is_checked_by_the_command_line() -> None:
    with pytest.raises(PlanError, match=r"wswarm fanout: .*no such option or argument: --publisher"):
        check(["fanout", "ws://127.0.0.1:1", "--publisher", "3"])


SERVED = """
import sys, pathlib, wswarm.ui.job as job
folder = pathlib.Path(sys.argv[1])
job._wswarm = lambda: [sys.executable, str(folder / "pretended measurement.py")]
one = job.Job(["echo"], folder)
while not one.standing().lines:
    pass
print(one.standing().lines[0], flush=True)
import time; time.sleep(600)
"""


def test_a_run_ends_though_its_workbench_is_killed(tmp_path: Path) -> None:
    (tmp_path / "pretended measurement.py").write_text(PRETENDED)
    with subprocess.Popen(
        [sys.executable, "-c", SERVED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as bench:
        assert bench.stdout is not None
        child = int(bench.stdout.readline().split()[1])
        os.kill(bench.pid, signal.SIGKILL)
        wait_until(lambda: not psutil.pid_exists(child), "what was started has ended")
    wait_until(lambda: list(tmp_path.glob("*/run.json")), "its report is written")


def test_a_real_run_is_stored_where_reports_are(tmp_path: Path) -> None:
    from tests.end_to_end.servers import serve

    with serve("echo") as server:
        jobs = Jobs(tmp_path)
        jobs.start(Asked("echo", server.url, {"connections": "2"}, "-d 300ms --warmup 0 -r 20 --no-plots"))
        began = time.monotonic()
        wait_until(lambda: jobs.standing().code is not None, "it has ended")  # type: ignore[union-attr]
        standing = jobs.standing()
    assert standing is not None
    assert standing.elapsed_s <= time.monotonic() - began + 1
    assert standing.code in (0, 98), standing.lines
    (run,) = store.load(tmp_path / str(standing.report))
    assert run.connections.opened == 2
