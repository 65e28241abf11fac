import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from tests.report import runs
from wswarm.errors import ResultError
from wswarm.report import pages, plots, store

NOW = datetime(2026, 11, 22, 14, 5, 1, tzinfo=UTC)
ECHO = runs.echo(connections=3, rate=10, duration=1)
SUITE = [runs.connect(connections=10), ECHO, runs.fanout(subscribers=3, rate=5, duration=1)]


@pytest.fixture
def quick_drawing(monkeypatch):
    def draw(pairs, *, svg, in_two):
        for _, folder in pairs:
            (folder / "connections.png").write_bytes(b"\x89PNG")
            if svg:
                (folder / "connections.svg").write_text("<svg/>")

    monkeypatch.setattr(plots, "draw", draw)


def test_a_folder_is_named_after_the_time_in_utc_and_the_scenario(tmp_path):
    folder = store.new_folder(tmp_path, "echo", NOW.astimezone(timezone(timedelta(hours=2))))
    assert folder == tmp_path / "2026-11-22T140501Z-echo"
    assert folder.is_dir()


def test_two_runs_in_one_second_get_two_folders(tmp_path):
    names = [store.new_folder(tmp_path, "echo", NOW).name for _ in range(3)]
    assert names == ["2026-11-22T140501Z-echo", "2026-11-22T140501Z-echo-2", "2026-11-22T140501Z-echo-3"]


def test_reports_go_to_the_reports_folder_by_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert store.new_folder(None, "run", NOW) == Path("reports/2026-11-22T140501Z-run")


@pytest.mark.parametrize(
    "make", [lambda root: root.write_text(""), lambda root: root.symlink_to("nowhere/at/all")]
)
def test_a_place_that_is_no_folder_is_refused_with_the_mend(tmp_path, make):
    root = tmp_path / "reports"
    make(root)
    with pytest.raises(ResultError, match=r"reports.*-o DIR"):
        store.new_folder(root, "echo", NOW)
    with pytest.raises(ResultError, match=r"reports.*-o DIR"):
        store.prepare(root / "deeper")


def test_preparing_makes_the_folder_and_leaves_nothing_in_it(tmp_path):
    store.prepare(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_saved_run_comes_back_the_same(tmp_path):
    for run in SUITE:
        store.save(run, tmp_path / run.scenario, plots=False)
        again = store.load(tmp_path / run.scenario / "run.json")[0]
        assert msgspec.json.encode(again) == msgspec.json.encode(run)


@pytest.mark.parametrize(
    ("svg", "names"), [(False, ["connections.png"]), (True, ["connections.png", "connections.svg"])]
)
def test_a_saved_run_has_its_summary_pictures_and_page_beside_it(tmp_path, quick_drawing, svg, names):
    store.save(ECHO, tmp_path, plots=True, svg=svg)
    found = sorted(path.name for path in tmp_path.iterdir())
    assert found == [*names, "report.html", "run.json", "summary.txt"]
    assert "<canvas>" in (tmp_path / "report.html").read_text()


def test_drawing_again_without_svg_leaves_none_of_it(tmp_path, quick_drawing):
    store.save(ECHO, tmp_path, plots=True, svg=True)
    store.redraw(tmp_path, plots=True)
    assert not (tmp_path / "connections.svg").exists()


def test_pictures_just_drawn_are_not_drawn_again(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(plots, "draw", lambda pairs, **_: asked.extend(folder.name for _, folder in pairs))
    store.keep_suite(SUITE, tmp_path)
    (tmp_path / "echo" / "over-time.png").write_bytes(b"\x89PNG")
    store.draw(tmp_path, plots=True, drawn=["echo"])
    assert asked == ["connect", "fanout"]


def test_a_run_file_is_indented_with_a_line_for_each_second(tmp_path):
    lines = store.write_run(ECHO, tmp_path).read_text().splitlines()
    assert lines[1] == '  "schema": "wswarm/run@1",'
    seconds = [line for line in lines if line.startswith('    {"t":')]
    assert len(seconds) == len(ECHO.series)


def test_a_suite_has_a_folder_for_each_run_and_an_index(tmp_path):
    store.save_suite(SUITE, tmp_path, plots=False)
    assert json.loads((tmp_path / "index.json").read_text()) == {
        "schema": "wswarm/suite@1",
        "runs": ["connect", "echo", "fanout"],
        "failures": {},
    }
    for name in ("connect", "echo", "fanout"):
        assert (tmp_path / name / "report.html").exists()
    assert (tmp_path / "report.html").read_text().count('<section class="run"') == 3
    assert (tmp_path / "summary.txt").exists()


@pytest.mark.parametrize("name", [".", "index.json"])
def test_a_suite_is_loaded_by_its_folder_or_index(tmp_path, name):
    store.save_suite(SUITE, tmp_path, plots=False)
    assert [run.scenario for run in store.load(tmp_path / name)] == ["connect", "echo", "fanout"]


def test_runs_of_the_same_scenario_do_not_overwrite_each_other(tmp_path):
    store.save_suite([ECHO, ECHO], tmp_path, plots=False)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["echo", "echo-2"]


def test_when_drawing_fails_the_figures_are_safe(tmp_path, monkeypatch):
    def fail(pairs, **_):
        raise ValueError("no ink")

    monkeypatch.setattr(plots, "draw", fail)
    with pytest.raises(ResultError, match=r"no ink.*safe.*wswarm report"):
        store.save_suite(SUITE, tmp_path, plots=True)
    assert len(store.load(tmp_path)) == 3
    assert (tmp_path / "report.html").exists()
    assert (tmp_path / "fanout" / "summary.txt").exists()


def test_a_file_that_cannot_be_written_is_named_and_nothing_half_written_stays(tmp_path):
    (tmp_path / "run.json").mkdir()
    with pytest.raises(ResultError, match=r"run\.json can't be written"):
        store.save(ECHO, tmp_path, plots=False)
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_saving_again_removes_what_belonged_to_the_run_before(tmp_path, quick_drawing):
    (tmp_path / "fanout.png").write_text("old")
    (tmp_path / "index.json").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    store.save(ECHO, tmp_path, plots=True)
    names = {path.name for path in tmp_path.iterdir()}
    assert "fanout.png" not in names
    assert "index.json" not in names
    assert "notes.txt" in names


def test_drawing_a_stored_run_again_leaves_its_run_file_alone(tmp_path, quick_drawing):
    file = store.write_run(ECHO, tmp_path)
    file.write_text(file.read_text().replace('"schema"', '"from_the_future": 1, "schema"', 1))
    before = file.read_bytes()
    assert store.redraw(tmp_path, plots=True)[0].scenario == "echo"
    assert file.read_bytes() == before
    assert (tmp_path / "summary.txt").read_text().startswith("wswarm echo")


def test_drawing_a_stored_suite_again_renews_the_joint_page(tmp_path):
    store.save_suite(SUITE, tmp_path, plots=False)
    (tmp_path / "report.html").unlink()
    store.redraw(tmp_path / "index.json", plots=False)
    assert (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not exist"),
        ("{", "is not a run file"),
        ("[]", "is not a run file"),
        ('{"schema": "wswarm/run@1"}', "missing required field"),
        ('{"schema": "wswarm/run@9"}', r"version 'wswarm/run@9', this wswarm reads 'wswarm/run@1'"),
        (b"\xff\xfe", "is not a run file"),
    ],
)
def test_a_run_file_that_cannot_be_read_says_why(tmp_path, content, message):
    path = tmp_path / "run.json"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for place in (path, tmp_path):
        with pytest.raises(ResultError, match=message):
            store.load(place)


@pytest.mark.parametrize("names", [[], ["../echo"], ["/etc"], [".."]])
def test_an_index_lists_folders_beside_it_only(tmp_path, names):
    (tmp_path / "index.json").write_text(json.dumps({"schema": "wswarm/suite@1", "runs": names}))
    with pytest.raises(ResultError, match=r"index\.json"):
        store.load(tmp_path)


def test_latest_points_to_the_newest_folder(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        store.link_latest(tmp_path / name)
    assert (tmp_path / "latest").readlink() == Path("b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "latest"]


def test_a_real_folder_called_latest_is_left_alone(tmp_path):
    (tmp_path / "latest").mkdir()
    (tmp_path / "a").mkdir()
    store.link_latest(tmp_path / "a")
    assert not (tmp_path / "latest").is_symlink()


def test_where_links_are_not_possible_there_is_none(tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError("not supported")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    (tmp_path / "a").mkdir()
    store.link_latest(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_the_stored_pictures_are_the_drawn_ones():
    assert tuple(plots.PICTURES) == pages.PICTURES
