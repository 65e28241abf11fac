"""Work done in two processes."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from wswarm.report.plots.halves import do_each


def write(path: Path) -> None:
    path.write_text(f"{os.getpid()}")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing can fork")
def test_either_process_does_half(tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(5)]
    assert do_each([partial(write, file) for file in files], in_two=True) is None
    by = [int(file.read_text()) for file in files]
    assert by[::2] == [os.getpid()] * 3
    assert by[1] == by[3] != os.getpid()


@pytest.mark.parametrize("in_two", [False, True])
@pytest.mark.parametrize("bad", [0, 1])
def test_one_that_fails_is_told_and_the_others_are_done(tmp_path: Path, bad: int, in_two: bool) -> None:
    files = [tmp_path / str(number) for number in range(4)]
    files[bad] = tmp_path / "nowhere" / "deep"
    failure = do_each([partial(write, file) for file in files], in_two=in_two)
    assert isinstance(failure, FileNotFoundError)
    assert all(file.exists() for file in files if file != files[bad])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing can fork")
def test_what_a_helper_leaves_that_was_killed_is_done_all_the_same(tmp_path: Path) -> None:
    own, file = os.getpid(), tmp_path / "done"

    def fragile() -> None:
        if os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        file.write_text("x")

    assert do_each([lambda: None, fragile], in_two=True) is None
    assert file.exists()
