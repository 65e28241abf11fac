"""A search that ends early: what is known by then is told, with an interval that claims no more."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Outcome, in_process
from tests.end_to_end.limits import serving
from tests.end_to_end.servers import Server, serve
from wswarm.report.capacity.live import CapacityLive
from wswarm.results.capacity import SearchProgress

pytestmark = pytest.mark.xdist_group("command line: interrupts")
OPTIONS = ("--no-plots", "--quiet", "--print", "json", "-o", "mine")
ECHO = ("capacity", "echo", "-c", "2", "-r", "20/s", "-d", "2s", *OPTIONS)
DOOR = 4

Pressing = Callable[..., Outcome]


@pytest.fixture
def pressing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pressing:
    """Runs a command in which Ctrl-C is pressed as soon as its progress is so."""

    def run(is_so: Callable[[SearchProgress], bool], *arguments: str) -> Outcome:
        has_pressed = []

        def show_and_press(_: CapacityLive, progress: SearchProgress) -> None:
            if not has_pressed and is_so(progress):
                has_pressed.append(progress)
                os.kill(os.getpid(), signal.SIGINT)

        monkeypatch.setattr(CapacityLive, "show", show_and_press)
        done = in_process(*arguments, cwd=tmp_path)
        assert has_pressed, done
        assert "Traceback" not in done.err
        return done

    return run


def search_of(done: Outcome, folder: Path) -> dict[str, Any]:
    """The search that was printed, which is the one that was stored."""
    found: dict[str, Any] = json.loads(done.out)
    assert found == json.loads((folder / "mine" / "capacity.json").read_text())
    assert (done.code, found["interrupted"]) == (130, True)
    return found


def test_in_the_first_warm_up_nothing_is_known(pressing: Pressing, echo: Server, tmp_path: Path) -> None:
    done = pressing(lambda now: now.doing == "warm-up", *ECHO, echo.url)
    assert (done.code, done.out) == (130, ""), done
    assert done.err.splitlines()[-1] == "wswarm capacity: interrupted"
    assert list(tmp_path.iterdir()) == []


def test_in_the_bracket_what_was_carried_is_a_lower_bound(
    pressing: Pressing, echo: Server, tmp_path: Path
) -> None:
    done = pressing(lambda now: now.carried is not None and now.doing == "warm-up", *ECHO, echo.url)
    found = search_of(done, tmp_path)
    assert found["capacity"]["value"] == found["capacity"]["carried"]
    assert found["capacity"]["interval"] == [found["capacity"]["carried"], None]
    assert (found["capacity"]["limited_by"], found["capacity"]["failed"]) == ("neither", None)
    assert True in [trial["passed"] for trial in found["trials"]]


def test_in_a_round_the_interval_is_that_of_what_was_carried_and_what_was_not(
    pressing: Pressing, tmp_path: Path
) -> None:
    options = ("capacity", "connect", *serving(most=DOOR), "-c", "6", "-d", "300ms", *OPTIONS)
    done = pressing(lambda now: now.round == 1 and now.doing == "ramp", *options)
    found = search_of(done, tmp_path)
    assert found["rounds"] == []
    assert found["capacity"]["interval"] == [DOOR, 6]
    assert found["capacity"]["is_bracket"]
    assert "fewer than two rounds" in found["notices"][0]


def test_a_target_that_dies_in_the_search_leaves_what_was_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_ended: list[float] = []

    def end_it(_: CapacityLive, progress: SearchProgress) -> None:
        if progress.carried is not None and not has_ended:
            has_ended.append(progress.carried)
            os.kill(server.pid, signal.SIGTERM)

    monkeypatch.setattr(CapacityLive, "show", end_it)
    with serve("echo") as server:
        done = in_process(*ECHO, server.url, cwd=tmp_path)
    found = json.loads(done.out)
    assert found == json.loads((tmp_path / "mine" / "capacity.json").read_text())
    assert (done.code, found["capacity"]["limited_by"]) == (95, "target")
    assert [found["capacity"]["carried"]] == has_ended
    assert found["failure"] == found["capacity"]["because"]
    assert done.err.splitlines()[-1] == f"wswarm capacity: {found['failure']}"
