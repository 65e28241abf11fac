"""Checkpoints of long runs that are measured from Python."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.report import runs
from wswarm import api
from wswarm.report.checkpoints import CHECKPOINTS_FILE, last_checkpoint
from wswarm.results.run import Run

RUN = msgspec.json.decode(msgspec.json.encode(runs.echo()), type=Run)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Has measurements keep a run, and then do something."""

    def instead(then: Callable[[], object]) -> None:
        def measure(*arguments: Any) -> Run:
            arguments[-1].keep(RUN)
            then()
            return RUN

        monkeypatch.setattr(api, "measure", measure)

    return instead


def test_while_a_run_goes_on_its_folder_has_what_was_found_so_far(
    measured: Callable[[Callable[[], object]], None], tmp_path: Path
) -> None:
    folder, seen = tmp_path / "of an hour", list[Run | None]()
    measured(lambda: seen.append(last_checkpoint(folder)))
    assert api.echo("ws://h", duration=600.0, checkpoints=folder) == RUN
    assert seen == [RUN]
    assert not (folder / CHECKPOINTS_FILE).exists()


def test_of_a_run_that_fails_it_stays(
    measured: Callable[[Callable[[], object]], None], tmp_path: Path
) -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    measured(fail)
    with pytest.raises(KeyboardInterrupt):
        api.echo("ws://h", duration=600.0, checkpoints=str(tmp_path))
    assert last_checkpoint(tmp_path) == RUN


def test_a_folder_that_cannot_be_made_is_told_and_the_run_goes_on(
    measured: Callable[[Callable[[], object]], None], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    measured(lambda: None)
    with pytest.warns(UserWarning, match="no checkpoint: .*file"):
        assert api.echo("ws://h", duration=600.0, checkpoints=tmp_path / "file" / "in") == RUN


def test_without_a_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[object] = []
    monkeypatch.setattr(api, "measure", lambda *arguments: kept.append(arguments[-1].keep) or RUN)
    api.echo("ws://h")
    assert kept == [None]
