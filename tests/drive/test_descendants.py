"""Who descends from a process: the same whether the kernel tells, or psutil asks all for their parents."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.command import wait_until
from wswarm.drive.host.descendants import descendants

NESTED = "sleep 60 & bash -c 'sleep 60 & wait' & wait"


@pytest.fixture
def parent() -> Iterator[psutil.Process]:
    """A process with three descendants, one of them a child's child."""
    with subprocess.Popen(["bash", "-c", NESTED], start_new_session=True) as started:
        process = psutil.Process(started.pid)
        wait_until(lambda: len(process.children(recursive=True)) == 3, "its descendants")
        yield process
        for one in [process, *process.children(recursive=True)]:
            one.kill()


@pytest.mark.parametrize("is_told", [True, False])
def test_children_and_theirs_are_found(
    parent: psutil.Process, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {one.pid for one in parent.children(recursive=True)}
    if is_told:
        monkeypatch.setattr(psutil.Process, "children", _unasked)
    else:
        monkeypatch.setattr(Path, "read_text", _nothing_there)
    assert {one.pid for one in descendants(parent)} == expected


def test_of_one_that_has_ended_that_is_told() -> None:
    with subprocess.Popen(["true"]) as started:
        process = psutil.Process(started.pid)
    with pytest.raises(psutil.NoSuchProcess):
        descendants(process)


def _unasked(*_: object, **__: object) -> None:
    raise AssertionError("every process of the machine was asked")


def _nothing_there(path: Path, **_: object) -> str:
    raise FileNotFoundError(path)
