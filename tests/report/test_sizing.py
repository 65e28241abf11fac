"""A model of a target: in a terminal, as files, as pictures, and while it is measured."""

import io
from pathlib import Path

import msgspec
import pytest

from tests.report import golden, modelled
from tests.report.test_html import Page
from wswarm.report.charts.of_model import drawn
from wswarm.report.sizing import store, words
from wswarm.report.sizing.html import render
from wswarm.report.sizing.live import SizingLive
from wswarm.report.sizing.model_file import MODEL, read_model
from wswarm.report.sizing.text import summary


def test_the_summary_of_a_model_reads_as_kept() -> None:
    golden.check("summary-size.txt", summary(modelled.model()))


def test_the_summary_of_a_model_that_is_not_validated_reads_as_kept() -> None:
    golden.check("summary-size-doubtful.txt", summary(modelled.doubtful()))


def test_no_line_of_the_summary_is_wider_than_a_report() -> None:
    assert max(map(len, summary(modelled.model()).splitlines())) <= 100


def test_a_model_that_is_not_validated_says_so_with_the_errors() -> None:
    told = summary(modelled.doubtful())
    assert "not validated, shown for shape only" in told
    assert "p50 31.0% (at most 25%), p99 – (at most 25%)" in " ".join(told.split())


def test_a_model_comes_back_the_same(tmp_path: Path) -> None:
    store.MODELS.keep(modelled.model(), tmp_path)
    file = MODEL.find(tmp_path)
    assert file == tmp_path / "model.json"
    assert read_model(file) == modelled.model()
    assert MODEL.find(file) == file


def test_what_is_no_model_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"schema": "wswarm/run@1"}')
    assert MODEL.find(tmp_path / "other.json") is None
    assert MODEL.find(tmp_path) is None


@pytest.mark.parametrize("model", [modelled.model(), modelled.doubtful()])
def test_the_page_shows_what_is_known_and_every_cell(model) -> None:
    page = render(model, {})
    assert Page(page)
    assert words.standing(model) in page
    assert page.count('<th scope="row">') >= len(modelled.CELLS)
    assert "src=" not in page.partition("<script")[0]


def test_pictures_are_drawn_of_what_there_is(tmp_path: Path, no_library: None) -> None:
    store.MODELS.keep(modelled.model(), tmp_path)
    store.MODELS.write_page(modelled.model(), tmp_path, plots=True)
    assert {file.name for file in tmp_path.glob("*.png")} == {"fit.png", "times.png"}
    assert (tmp_path / "report.html").read_text().count("data:image/png") == 2


def test_the_charts_have_what_every_cell_used_beside_what_the_model_says() -> None:
    frames = drawn(modelled.model()).frames
    used = [*frames["fit-fitted"]["cores"], *frames["fit-held-out"]["cores"]]
    assert sorted(used) == sorted(sum(cell.cpu) for cell in modelled.CELLS if cell.valid)
    assert set(frames["fit-fitted"]["model"]) <= set(frames["model"]["model"])


def test_pictures_of_another_model_go(tmp_path: Path) -> None:
    (tmp_path / "fit.png").write_bytes(b"old")
    store.MODELS.keep(modelled.model(), tmp_path)
    assert not (tmp_path / "fit.png").exists()


def test_without_times_there_is_no_picture_of_them() -> None:
    cells = modelled.CELLS[-1:]
    assert drawn(modelled.model(cells=cells)).charts == []


def test_off_a_terminal_there_is_a_line_per_cell() -> None:
    out = io.StringIO()
    with SizingLive("size fanout", 900.0, out) as live:
        for count in (0, 1, 1, 3):
            live.show(modelled.progress(count))
    title, first, *rest = out.getvalue().splitlines()
    assert title == "size fanout"
    assert first == (
        "[10/900 s] cell 1 of 16: 50 connections, 400/s to 50 each, 46 B, workers 1: CPU 21%, p50 1.00 ms,"
        " p99 2.00 ms"
    )
    assert len(rest) == 2
    assert "CPU 12% + 10%" in rest[-1]


def test_on_a_terminal_the_cells_renew_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "160")
    out = Terminal()
    with SizingLive("size fanout", 900.0, out) as live:
        live.show(modelled.progress(3))
    assert "3 of 16 cells" in out.getvalue()


def test_a_cost_that_was_not_found_is_not_said_to_be_none() -> None:
    costs = msgspec.structs.replace(
        modelled.COSTS, per_publish_s=0.0, per_byte_s=0.0, per_idle_connection=0.0, per_handshake_s=0.0
    )
    told = dict(words.facts(modelled.model(cpu=costs)))
    for name in ("publish", "byte", "connection", "handshake"):
        assert "not told apart from the rest" in told[name]
