"""Where versions are kept ready: filled once, and not without end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wswarm.experiment.ab.shelf import KEPT, take, tidy


def used(shelf: Path, count: int) -> list[Path]:
    """Places that other processes have used, the latest last."""
    places = [shelf / f"{number:02}" for number in range(count)]
    for number, place in enumerate(places):
        place.mkdir(parents=True)
        (place / "lock").touch()
        os.utime(place / "lock", (number, number))
    return places


def fail() -> None:
    """Stand for an installation that fails."""
    raise ZeroDivisionError


def test_a_place_is_filled_once(tmp_path: Path) -> None:
    filled: list[int] = []
    for number in range(3):
        take(tmp_path / "place", lambda number=number: filled.append(number))
    assert filled == [0]


def test_a_place_that_could_not_be_filled_is_filled_the_next_time(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        take(tmp_path / "place", fail)
    filled: list[int] = []
    take(tmp_path / "place", lambda: filled.append(1))
    assert filled == [1]


def test_the_places_used_last_are_kept(tmp_path: Path) -> None:
    places = used(tmp_path, KEPT + 2)
    put_away: list[Path] = []
    tidy(tmp_path, put_away.append)
    assert sorted(put_away) == places[:2]
    assert [place for place in places if place.exists()] == places[2:]


def test_a_place_in_use_is_kept_however_long_it_has_been(tmp_path: Path) -> None:
    places = used(tmp_path, KEPT + 2)
    holder = (
        "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_SH); print(flush=True); input()"
    )
    command = [sys.executable, "-c", holder, str(places[0] / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        tidy(tmp_path, lambda _: None)
        other.kill()
    assert [place.exists() for place in places[:3]] == [True, False, True]
