"""A forecast: in a terminal, as files, as pictures."""

from pathlib import Path

import msgspec
import pytest

from tests.report import golden
from tests.report.sized import foretold, model, outlook
from tests.report.test_html import Page
from wswarm.errors import ResultError
from wswarm.report.charts.of_forecast import drawn
from wswarm.report.forecast import store, words
from wswarm.report.forecast.html import render
from wswarm.report.forecast.text import summary
from wswarm.report.sizing.model_file import read_model, write_model
from wswarm.results.forecast import Outlook
from wswarm.results.sizing import HeldOut

pytestmark = pytest.mark.xdist_group("forecasts")


def doubted() -> Outlook:
    """The same of a model that is not validated."""
    errors = HeldOut(cpu_error=0.31, p50_error=None, p99_error=0.4)
    why = ("CPU of a held-out load is off by 31%, more than 10%", "no held-out load has a p50")
    return msgspec.structs.replace(foretold(), validated=False, held_out=errors, reasons=why)


def test_the_summary_reads_as_kept() -> None:
    golden.check("summary-forecast.txt", summary(foretold()))


def test_the_summary_of_a_doubted_forecast_reads_as_kept() -> None:
    golden.check("summary-forecast-doubted.txt", summary(doubted()))


def test_no_line_of_the_summary_is_wider_than_a_report() -> None:
    assert max(map(len, summary(doubted()).splitlines())) <= 100


@pytest.mark.parametrize(
    ("one", "word"), [(foretold, "validated"), (doubted, "not validated, shown for shape only")]
)
def test_it_is_always_said_whether_the_model_is_validated(one: object, word: str) -> None:
    assert callable(one)
    assert words.standing(one()) == word
    assert f"\n{word} (" in summary(one())
    assert word in render(one(), {})


def test_a_figure_that_is_not_known_is_a_dash() -> None:
    blind = msgspec.structs.replace(foretold().forecast, last=None)
    shown = summary(msgspec.structs.replace(foretold(), forecast=blind))
    assert [line.split()[-3:] for line in shown.splitlines() if "(last)" in line] == [["–", "–", "–"]]


def test_the_page_shows_every_figure_and_limit() -> None:
    page = render(foretold(), {})
    assert Page(page)
    assert words.headline(foretold()) in page
    assert page.count("<tr class=") == len(words.figures(foretold())) + len(foretold().limits)
    assert "src=" not in page.partition("<script")[0]


def test_a_forecast_comes_back_the_same_with_its_pictures(tmp_path: Path, no_library: None) -> None:
    store.FORECASTS.keep(outlook(), tmp_path)
    store.FORECASTS.write_page(outlook(), tmp_path, plots=True)
    assert {file.name for file in tmp_path.iterdir()} == {
        *("forecast.json", "summary.txt", "report.html", "work.png", "times.png")
    }
    file = store.FORECAST.find(tmp_path)
    assert file is not None
    assert store.FORECAST.load(file) == outlook()
    assert (tmp_path / "report.html").read_text().count("data:image/png") == 2


def test_without_times_there_is_no_picture_of_them() -> None:
    curve = outlook().curve
    assert curve is not None
    points = tuple(msgspec.structs.replace(one, p50=None, p99=None, last=None) for one in curve.points)
    timeless = msgspec.structs.replace(outlook(), curve=msgspec.structs.replace(curve, points=points))
    assert [chart.name for chart in drawn(timeless).charts] == ["work", "work"]


def test_the_charts_have_every_band_of_the_file() -> None:
    curve, frames = outlook().curve, drawn(outlook()).frames
    assert curve is not None
    for name in ("cpu", "memory", "p50", "p99", "last"):
        bands = [band for one in curve.points if (band := getattr(one, name)) is not None]
        for end in ("low", "mid", "high"):
            assert frames[name][end] == [pytest.approx(getattr(band, end), rel=1e-5) for band in bands]


def test_a_model_comes_back_the_same(tmp_path: Path) -> None:
    file = write_model(model(), tmp_path)
    assert file == tmp_path / "model.json"
    assert read_model(file) == read_model(tmp_path) == model()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "can't be read"),
        (b"", "holds no model"),
        (b"\xff\xfe", "holds no model"),
        (b"[1]", "holds no model"),
        (b'{"schema": "wswarm/run@1"}', "is of 'wswarm/run@1'"),
        (b'{"schema": "wswarm/model@1"}', "missing required field"),
        (b'{"schema": "wswarm/model@1", "started_at": "2026', "holds no model"),
    ],
)
def test_what_is_no_model_is_told_in_one_line(content: bytes | None, word: str, tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ResultError) as told:
        read_model(file)
    assert word in str(told.value)
    assert str(file) in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(("field", "value"), [("rate", -1.0), ("workers", 0), ("cpu", ["x"])])
def test_a_damaged_number_is_named(field: str, value: object, tmp_path: Path) -> None:
    told = msgspec.to_builtins(model())
    told["cells"][0][field] = value
    (tmp_path / "model.json").write_bytes(msgspec.json.encode(told))
    with pytest.raises(ResultError, match=rf"cells\[0\]\.{field}"):
        read_model(tmp_path)
