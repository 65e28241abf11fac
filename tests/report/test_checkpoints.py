"""Checkpoints: each is whole or not at all, and the last whole one becomes the run of who was cut short."""

import zlib
from pathlib import Path
from struct import pack

import msgspec
import pytest

from tests.report import runs
from wswarm.errors import ResultError
from wswarm.report import store
from wswarm.report.checkpoints import CHECKPOINTS_FILE, Checkpoints, last_checkpoint
from wswarm.report.cut_short import recover
from wswarm.report.folders import stranger
from wswarm.results.run import Run


def made(duration: float) -> Run:
    """Return a run as it is when it has been stored."""
    return msgspec.json.decode(msgspec.json.encode(runs.echo(rate=10, duration=duration)), type=Run)


FIRST, SECOND = made(1), made(2)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Return a folder with two checkpoints."""
    checkpoints = Checkpoints(tmp_path)
    checkpoints.append(FIRST)
    checkpoints.append(SECOND)
    return tmp_path


def stored(folder: Path) -> Run:
    """Return the run in the folder."""
    (run,) = store.load(folder)
    return run


def test_the_last_checkpoint_is_read_as_it_was_kept(kept: Path) -> None:
    assert last_checkpoint(kept) == SECOND


def test_there_is_no_file_before_the_first(tmp_path: Path) -> None:
    Checkpoints(tmp_path)

    assert list(tmp_path.iterdir()) == []
    assert last_checkpoint(tmp_path) is None


@pytest.mark.parametrize("missing", [1, 2, 100, 1_000])
def test_a_torn_last_record_is_dropped(kept: Path, missing: int) -> None:
    file = kept / CHECKPOINTS_FILE
    file.write_bytes(file.read_bytes()[:-missing])

    assert last_checkpoint(kept) == FIRST


@pytest.mark.parametrize("size", [0, 10, 34, 36, 42, 60])
def test_a_file_torn_in_its_first_record_has_none(kept: Path, size: int) -> None:
    file = kept / CHECKPOINTS_FILE
    file.write_bytes(file.read_bytes()[:size])

    assert last_checkpoint(kept) is None


def test_a_record_whose_bytes_have_changed_is_dropped(kept: Path) -> None:
    file = kept / CHECKPOINTS_FILE
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)

    assert last_checkpoint(kept) == FIRST


def test_what_was_left_by_a_run_before_is_overwritten(kept: Path) -> None:
    Checkpoints(kept).append(FIRST)

    assert last_checkpoint(kept) == FIRST


def test_a_record_that_a_full_disk_has_torn_hides_none_that_comes_later(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.append(made(1))
    with (tmp_path / CHECKPOINTS_FILE).open("ab") as file:
        file.write(b"torn by a full disk")
    checkpoints.append(made(2))
    assert last_checkpoint(tmp_path) == made(2)


def test_a_folder_with_checkpoints_alone_is_a_report(kept: Path) -> None:
    assert stranger(kept) is None


def test_a_run_that_was_cut_short_is_stored_and_its_checkpoints_go(kept: Path) -> None:
    recover(kept)

    assert stored(kept) == SECOND
    assert not (kept / CHECKPOINTS_FILE).exists()


def test_the_run_file_s_own_path_does_as_well(kept: Path) -> None:
    recover(kept / store.RUN_FILE)

    assert stored(kept) == SECOND


def test_an_older_run_in_the_folder_gives_way(kept: Path) -> None:
    store.write_run(msgspec.structs.replace(FIRST, started_at="2020-01-01T00:00:00Z"), kept)
    recover(kept)

    assert stored(kept) == SECOND


def test_a_folder_whose_first_record_is_torn_says_so(kept: Path) -> None:
    file = kept / CHECKPOINTS_FILE
    file.write_bytes(file.read_bytes()[:60])

    with pytest.raises(ResultError, match="run it again"):
        recover(kept)


def test_a_run_that_was_stored_before_all_was_killed_stays(kept: Path) -> None:
    whole = made(3)
    store.write_run(whole, kept)
    recover(kept)

    assert stored(kept) == whole
    assert not (kept / CHECKPOINTS_FILE).exists()


def test_a_run_that_is_kept_has_no_checkpoints_any_more(kept: Path) -> None:
    store.keep(SECOND, kept)

    assert not (kept / CHECKPOINTS_FILE).exists()


def test_checkpoints_of_another_version_are_told(kept: Path) -> None:
    strange = zlib.compress(msgspec.json.encode({"schema": "wswarm/run@9"}))
    with (kept / CHECKPOINTS_FILE).open("ab") as file:
        file.write(pack("<II", len(strange), zlib.crc32(strange)) + strange)

    with pytest.raises(ResultError, match="of another version"):
        last_checkpoint(kept)


def test_a_suite_that_was_cut_short_has_the_runs_that_were_done_and_the_last_as_far_as_it_came(
    tmp_path: Path,
) -> None:
    done = msgspec.structs.replace(FIRST, scenario="connect", started_at="2020-01-01T00:00:00Z")
    store.keep(done, tmp_path / "connect")
    Checkpoints(tmp_path / "echo").append(SECOND)
    recover(tmp_path)

    assert store.load(tmp_path) == [done, SECOND]


def test_a_folder_of_reports_is_no_suite(tmp_path: Path) -> None:
    store.keep(FIRST, tmp_path / "one")
    recover(tmp_path)

    assert [one.name for one in tmp_path.iterdir()] == ["one"]
