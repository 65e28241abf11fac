"""The index of stored reports: what is listed, whatever the folder holds and whoever else writes."""

import json
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from tests.ui import stored
from wswarm.ui.entry import Entry, Wanted
from wswarm.ui.index import INDEX_FILE, Index
from wswarm.ui.reading import MOST_BYTES


def entries(index: Index, **wanted: str) -> list[Entry]:
    index.refresh()
    return index.entries(Wanted(**wanted))


def names(index: Index, **wanted: str) -> list[str]:
    return [one.name for one in entries(index, **wanted)]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Index, list[str]]:
    """Sixty runs: of each scenario twenty, three of a commit, fifteen of a target."""
    folder = tmp_path_factory.mktemp("many")
    made = stored.fill(folder, 60)
    return Index(folder), made


def test_all_runs_are_listed_the_latest_first(many: tuple[Index, list[str]]) -> None:
    index, made = many
    assert names(index) == made[::-1]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"scenario": "echo"}, 20),
        ({"target": "HOST-1.example"}, 15),
        ({"target": "host%"}, 0),
        ({"commit": "00000000000"}, 48),
        ({"commit": "000000000001"}, 3),
        ({"commit": "1"}, 0),
        ({"verdict": "invalid"}, 15),
        ({"verdict": "unreadable"}, 0),
        ({"label": "x' OR '1'='1"}, 0),
        ({"text": "T050000Z"}, 3),
        ({"scenario": "echo", "verdict": "valid", "target": "host-1"}, 5),
    ],
)
def test_a_filter_lists_what_is_wanted(
    wanted: dict[str, str], count: int, many: tuple[Index, list[str]]
) -> None:
    assert len(names(many[0], **wanted)) == count


def test_a_listed_run_has_the_figures_of_its_file(many: tuple[Index, list[str]]) -> None:
    index, made = many
    one = entries(index, text=made[1])[0]
    run = json.loads((index._shelf._root / made[1] / "run.json").read_text())
    assert (one.p50, one.p99) == (run["response_time"]["p50"], run["response_time"]["p99"])
    assert (one.target, one.commit, one.lost) == (run["plan"]["url"], run["environment"]["git"], 0)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"schema":', "not a run file"),
        ('{"hello": 1}', "not a run file"),
        ('{"schema": "wswarm/run@9"}', "wswarm/run@9"),
        ("\x00\xff", "not a run file"),
        ("", "not a run file"),
        ("[" * 100_000, "not a run file"),
        ("x" * (MOST_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_run_is_listed_as_such(text: str, word: str, tmp_path: Path) -> None:
    stored.fill(tmp_path, 2)
    stored.store(tmp_path / "spoilt", text)
    found = entries(Index(tmp_path))
    (spoilt,) = [one for one in found if one.name == "spoilt"]
    assert len(found) == 3
    assert spoilt.verdict == "unreadable"
    assert word in str(spoilt.problem)
    assert str(tmp_path) not in str(spoilt.problem)


@pytest.mark.parametrize(
    ("path", "value"),
    [("started_at", "no time"), ("plan", {"url": 7, "rate": "x", "connections": []}), ("plan", {})],
)
def test_a_run_with_strange_values_breaks_nothing(path: str, value: object, tmp_path: Path) -> None:
    stored.fill(tmp_path, 3)
    stored.store(tmp_path / "strange", json.dumps(stored.sample("echo") | {path: value}))
    assert len(entries(Index(tmp_path))) == 4


STRANGE = {
    "a\u202eb": r"a\u202eb",
    "two\nlines": r"two\nlines",
    "no\udcff": r"no\udcff",
    "\x1b[2J": r"\x1b[2J",
}


def test_a_name_with_any_kind_of_space_is_listed(tmp_path: Path) -> None:
    spaced = ("夜間　計測", "a\u00a0b", "c d")
    for name in spaced:
        stored.store(tmp_path / name, json.dumps(stored.sample("echo")))
    assert {one.name: one.problem for one in entries(Index(tmp_path))} == dict.fromkeys(spaced)


def test_a_name_that_cannot_be_shown_is_listed_as_such(tmp_path: Path) -> None:
    for name in STRANGE:
        stored.store(tmp_path / "suite" / name, json.dumps(stored.sample("echo")))
    stored.store(tmp_path / "suite" / r"a\u202eb", "{}")  # of that very name
    (tmp_path / "no report\n").mkdir()
    found = [one for one in entries(Index(tmp_path)) if one.name != r"suite/a\u202eb"]
    assert {one.title for one in found} == {f"suite/{shown}" for shown in STRANGE.values()}
    assert {one.problem for one in found} == {"its name can't be shown: rename it"}
    assert {one.has_page for one in found} == {False}


def test_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    stored.fill(elsewhere, 1)
    folder = tmp_path / "runs"
    (folder / "linked").mkdir(parents=True)
    (folder / "linked" / "run.json").symlink_to(next(elsewhere.glob("*/run.json")))
    (folder / "away").symlink_to(elsewhere)
    (folder / "piped").mkdir()
    os.mkfifo(folder / "piped" / "run.json")
    found = entries(Index(folder))
    assert {one.name: one.problem for one in found} == dict.fromkeys(
        ("linked", "piped"), "is no regular file"
    )


def test_what_comes_changes_and_goes_is_seen(tmp_path: Path) -> None:
    first, second = stored.fill(tmp_path, 2)
    index = Index(tmp_path)
    assert names(index) == [second, first]
    (tmp_path / first / "run.json").write_text("{}")
    stored.store(tmp_path / "new", json.dumps(stored.sample("echo")))
    assert [one.verdict for one in entries(index, text=first)] == ["unreadable"]
    (tmp_path / second).rename(tmp_path / "renamed")
    assert set(names(index)) == {first, "new", "renamed"}


def test_runs_of_suites_are_listed_each(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(stored.SAMPLE, tmp_path / "nightly" / "suite")
    assert sorted(names(Index(tmp_path))) == [f"nightly/suite/{one}" for one in ("connect", "echo", "fanout")]


def test_an_index_that_is_damaged_or_of_another_version_is_made_anew(tmp_path: Path) -> None:
    stored.fill(tmp_path, 2)
    (tmp_path / INDEX_FILE).write_bytes(b"no database at all" * 100)
    index = Index(tmp_path)
    assert len(names(index)) == 2
    index.close()
    database = sqlite3.connect(tmp_path / INDEX_FILE)
    database.execute("DROP TABLE reports")
    database.execute("PRAGMA user_version = 99")
    database.commit()
    database.close()
    assert len(names(Index(tmp_path))) == 2


def test_it_can_be_rebuilt_at_will(tmp_path: Path) -> None:
    made = stored.fill(tmp_path, 3)
    index = Index(tmp_path)
    assert names(index) == made[::-1]
    index.rebuild()
    assert names(index) == made[::-1]


def test_where_no_index_can_be_kept_it_is_in_memory(tmp_path: Path) -> None:
    stored.fill(tmp_path, 2)
    (tmp_path / INDEX_FILE).mkdir()  # stands for a folder that can't be written, which root can
    assert len(names(Index(tmp_path))) == 2


def test_two_indexes_of_one_folder_lose_nothing_while_runs_are_written(tmp_path: Path) -> None:
    both = [Index(tmp_path), Index(tmp_path)]
    errors: list[Exception] = []
    is_done = threading.Event()

    def keep_looking(index: Index) -> None:
        try:
            while not is_done.wait(0.005):
                index.refresh()
        except Exception as error:
            errors.append(error)

    lookers = [threading.Thread(target=keep_looking, args=(one,)) for one in both]
    for one in lookers:
        one.start()
    made = stored.fill(tmp_path, 30)
    is_done.set()
    for one in lookers:
        one.join()
    assert errors == []
    assert [names(one) for one in both] == [made[::-1]] * 2
