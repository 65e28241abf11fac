"""Comparisons as files: written, read, drawn, and a history that only grows."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from tests.report import compared, runs
from tests.report.test_html import Page
from wswarm.errors import ResultError
from wswarm.report.ab import effects as effects_of
from wswarm.report.ab import history
from wswarm.report.charts import of_comparison
from wswarm.report.compare import comparisons, overlay
from wswarm.report.compare.comparisons import Stored
from wswarm.report.compare.html import render
from wswarm.report.plots import charted, trend
from wswarm.report.plots import comparison as plots
from wswarm.report.plots.canvas import Heading
from wswarm.stats.recording import of_run
from wswarm.stats.sample import Sample

METRICS = compared.DESIGN.metrics
STORED = Stored(context=compared.CONTEXT, comparison=compared.REGRESSION)
HEADING = Heading("a title", "a plan", "an origin")
ENTRY = history.entry(compared.REGRESSION, compared.CONTEXT)


def sample(values) -> Sample:
    made = Sample.of(values)
    assert made is not None
    return made


def overlaid(one: overlay.Overlay) -> Figure:
    """The picture of one overlay."""
    shown = of_comparison.drawn(compared.NOTHING, compared.CONTEXT, [one])
    return charted.picture(HEADING, shown.charts, shown.frames)


def test_a_comparison_comes_back_the_same(tmp_path):
    comparisons.save(STORED, tmp_path / "one", plots=False)
    assert {path.name for path in (tmp_path / "one").iterdir()} == {
        "compare.json",
        "summary.txt",
        "compare.html",
    }
    for path in (tmp_path / "one", tmp_path / "one" / "compare.json"):
        found = comparisons.find(path)
        assert found is not None
        assert comparisons.load(found) == (STORED, [])


def test_a_file_that_is_no_comparison_is_told_from_one(tmp_path):
    for name, content in (("run.json", '{"schema": "wswarm/run@1"}'), ("x.json", "{"), ("y", b"\xff")):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        assert comparisons.find(tmp_path / name) is None
    assert comparisons.find(tmp_path) is None
    assert comparisons.find(tmp_path / "absent") is None


def test_a_broken_comparison_is_told_in_one_line(tmp_path):
    (tmp_path / "compare.json").write_text('{"schema": "wswarm/comparison@1"}')
    with pytest.raises(ResultError, match="is not a comparison"):
        comparisons.load(tmp_path / "compare.json")


def test_an_interleaved_comparison_is_read_with_all_its_times(tmp_path):
    (tmp_path / "ab.json").write_text(json.dumps(compared.ab_file(compared.SLOWER)))
    found = comparisons.find(tmp_path)
    assert found is not None
    stored, overlays = comparisons.load(found)
    assert stored.comparison.verdict == "regression"
    assert [effect.metric.name for effect in stored.comparison.effects] == [
        "fanout server CPU per delivery",
        "fanout delivery time p50",
        "fanout delivery time p99",
        "fanout capacity",
    ]
    assert stored.comparison.reasons == (
        "head lost 3 of 960,000, base none",
        "fanout server CPU per delivery: slower by more than the 2.5% tolerated",
        "fanout capacity: slower by more than the 2.5% tolerated",
    )
    assert effects_of.sides(stored.context) == "base origin/main (1a2b3c4d5e) → head . with changes"
    assert (stored.context.advisory, stored.context.seconds) == (None, 252.0)
    times = overlays[0]
    assert times.name == "delivery time, all slices"
    open_slices = sum(one.arm == "base" and one.load == "open" for one in compared.SLOWER)
    assert (times.base.n, times.head.n) == (100 * open_slices, 100 * open_slices)
    assert times.head.quantile(0.5) / times.base.quantile(0.5) == pytest.approx(1.03, rel=0.002)
    assert len(overlays) == 5


def test_the_command_of_an_interleaved_comparison_makes_the_same_load_again(tmp_path):
    plan = {"url": "ws://127.0.0.1:{port}/room", "connections": 20, "text": "<{marker}>", "headers": ["A: …"]}
    settings = {"budget": 60.0, "seed": 7, "rate": 2000.0, "is_rate_given": True}
    made = compared.ab_file(compared.SLOWER) | {"plan": plan, "settings": settings}
    made["base"]["command"] = "serve {port}"
    (tmp_path / "ab.json").write_text(json.dumps(made))
    stored, _ = comparisons.load(tmp_path / "ab.json")
    assert stored.context.command == (
        "wswarm ab --base origin/main --head . --serve 'serve {port}' --url 'ws://127.0.0.1:{port}/room'"
        " --scenario fanout -c 20 -r 2000/s --text '<{marker}>' --gate cpu,p50,capacity --budget 60s --seed 7"
    )
    assert "head is base with the change" in stored.context.notes[0]


@pytest.mark.parametrize("change", [{"slices": [{"slice": None}]}, {"comparison": {}}, {"environment": 1}])
def test_a_damaged_interleaved_comparison_is_told_in_one_line(change, tmp_path):
    (tmp_path / "ab.json").write_text(json.dumps(compared.ab_file(compared.SLOWER) | change))
    with pytest.raises(ResultError, match="is not a comparison"):
        comparisons.load(tmp_path / "ab.json")


def test_a_damaged_histogram_in_a_comparison_is_told_in_one_line(tmp_path):
    ab = compared.ab_file(compared.SLOWER)
    ab["slices"][0]["times"] = "HISTFAAA"
    (tmp_path / "ab.json").write_text(json.dumps(ab))
    with pytest.raises(ResultError, match="is not a comparison"):
        comparisons.load(tmp_path / "ab.json")


@pytest.mark.parametrize(
    ("svg", "suffixes", "kind"),
    [(False, {".png"}, "data:image/png"), (True, {".png", ".svg"}, "data:image/svg+xml")],
)
def test_the_pictures_of_an_interleaved_comparison_are_drawn_and_on_the_page(
    tmp_path, svg, suffixes, kind, no_library
):
    overlays = overlay.of_slices(compared.SLOWER, METRICS)
    comparisons.save(STORED, tmp_path, overlays[:1], plots=True, svg=svg)
    names = {"effects", "distribution-1-server-cpu-per-delivery"}
    drawn = {path.name for path in tmp_path.iterdir() if path.suffix in (".png", ".svg")}
    assert drawn == {f"{name}{suffix}" for name in names for suffix in suffixes}
    page = Page((tmp_path / "compare.html").read_text())
    sources = [value for tag, name, value in page.attributes if (tag, name) == ("img", "src")]
    assert [value.partition(";")[0] for value in sources] == [kind, kind]


def test_the_charts_have_the_ratios_and_intervals_of_the_file():
    shown = of_comparison.drawn(compared.REGRESSION, compared.CONTEXT)
    points = [
        (row, ratio, low, high)
        for series in shown.charts[0].series
        if series.low is not None and series.look == "points"
        for row, ratio, low, high in zip(
            *(shown.frames[series.frame][name] for name in ("row", "ratio", "low", "high")), strict=True
        )
    ]
    found = enumerate(compared.REGRESSION.effects)
    assert sorted(points) == [(row, one.ratio, one.low, one.high) for row, one in found]


def test_the_same_comparison_gives_the_same_bytes(tmp_path):
    overlays = overlay.of_slices(compared.SLOWER, METRICS[:1])
    for folder in ("1", "2"):
        (tmp_path / folder).mkdir()
        plots.draw(compared.REGRESSION, compared.CONTEXT, overlays, tmp_path / folder)
    for file in (tmp_path / "1").iterdir():
        assert file.read_bytes() == (tmp_path / "2" / file.name).read_bytes()


@pytest.mark.parametrize("name", ["REGRESSION", "FINE", "UNCLEAR", "NOTHING"])
def test_every_outcome_has_a_page_and_a_picture_if_it_has_ratios(name):
    found = getattr(compared, name)
    for context in (compared.CONTEXT, compared.advisory()):
        assert Page(render(found, context, {})).open == []
        shown = of_comparison.drawn(found, context)
        assert (shown.charts == []) == (name == "NOTHING")
        if shown.charts:
            charted.picture(HEADING, shown.charts, shown.frames).canvas.draw()


def test_what_a_branch_is_called_stays_text():
    side = msgspec.structs.replace(compared.CONTEXT.head, name="<script>alert(1)</script>\x1b")
    page = Page(
        render(compared.FINE, msgspec.structs.replace(compared.CONTEXT, head=side, notes=("<b>",)), {})
    )
    assert page.tags.count("script") == 3
    assert "b" not in page.tags
    assert "\x1b" not in page.text


def test_both_distributions_of_a_run_are_drawn_over_each_other():
    overlays = overlay.of_recordings(of_run(runs.echo()), of_run(compared.slow_echo()))
    assert [one.name for one in overlays] == ["echo response time"]
    curves, histogram = overlaid(overlays[0]).axes
    labels = ["base (10,000 values)", "head (9,997 values)"]
    assert [line.get_label() for line in curves.get_lines()] == labels
    for line, one in zip(curves.get_lines(), (overlays[0].base, overlays[0].head), strict=True):
        x, y = line.get_data()
        assert y[np.searchsorted(x, 2.0)] == pytest.approx(one.quantile(0.5), rel=0.01)
    outlines = [patch for patch in histogram.patches if not patch.get_fill()]
    assert len(outlines) == 2
    for patch in outlines:
        assert isinstance(patch, StepPatch)
        assert np.sum(patch.get_data()[0]) == pytest.approx(1, abs=0.002)


@pytest.mark.parametrize(
    ("base", "head", "unit"),
    [
        ([1e-3], [1e-3], "s"),
        ([1e-3], [2e-3], "s"),
        ([0.0], [0.0], ""),
        ([1e-6, 1.0], [1e-5, 3.0], "s"),
        ([50_000.0, 51_000.0], [20_000.0, 52_000.0], "per s"),
        ([1e3, 2e3], [1e9], "bytes"),
    ],
)
def test_distributions_of_few_or_far_values_are_drawn_without_a_warning(base, head, unit):
    one = overlay.Overlay("x", unit, "slice", sample(base), sample(head))
    overlaid(one).canvas.draw()


def test_slices_that_were_spoilt_or_of_other_load_are_not_drawn():
    slices = [msgspec.structs.replace(one, reasons=("steal",)) for one in compared.SLOWER]
    assert overlay.of_slices(slices, METRICS) == []
    (capacity,) = overlay.of_slices(compared.SLOWER, [compared.CAPACITY])
    assert capacity.base.n == sum(one.arm == "base" and one.load == "closed" for one in compared.SLOWER)


def test_a_history_grows_by_one_line_per_comparison_and_keeps_what_it_had(tmp_path):
    path = tmp_path / "history.jsonl"
    assert comparisons.append_history(path, ENTRY) == [ENTRY]
    before = path.read_bytes()
    later = msgspec.structs.replace(ENTRY, made_at="2026-11-23T14:05:01Z")
    assert comparisons.append_history(path, later) == [ENTRY, later]
    assert path.read_bytes().startswith(before)
    assert [json.loads(line)["verdict"] for line in path.read_text().splitlines()] == ["regression"] * 2


def test_a_history_without_a_last_line_break_is_not_spoilt(tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_text(history.line(ENTRY).rstrip("\n"))
    assert comparisons.append_history(path, ENTRY) == [ENTRY, ENTRY]
    assert comparisons.read_history(path) == [ENTRY, ENTRY]


@pytest.mark.parametrize("text", ["{}\n", "no\n", '{"schema": "wswarm/history@9"}\n', "\xff"])
def test_what_is_no_history_is_told_with_its_line_and_left_alone(text, tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_bytes((history.line(ENTRY) + text).encode("latin-1"))
    before = path.read_bytes()
    with pytest.raises(ResultError, match=r"line 2|no history"):
        comparisons.append_history(path, ENTRY)
    assert path.read_bytes() == before


def test_a_history_holds_ratios_and_losses():
    assert ENTRY.metrics["server CPU per delivery"].ratio == pytest.approx(1.12, abs=0.02)
    assert ENTRY.metrics["capacity"].is_lower_worse
    assert (ENTRY.lost, ENTRY.base_lost, ENTRY.is_advisory) == (3, 0, False)


def test_a_trend_has_a_panel_per_metric_and_none_without_ratios():
    other = history.entry(compared.FINE, compared.advisory())
    figure = trend.draw([other, ENTRY])
    assert figure is not None
    assert [axes.get_title(loc="left") for axes in figure.axes] == [metric.name for metric in METRICS]
    labels = [label.get_text() for label in figure.axes[-1].get_xticklabels()]
    assert labels[0].endswith(f"\n{ENTRY.made_at[:10]}")
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert {text.get_text() for text in legend.get_texts()} >= {"regression", "too little to matter"}
    figure.canvas.draw()
    assert trend.draw([history.entry(compared.NOTHING, compared.CONTEXT)]) is None


def test_a_long_trend_is_still_drawn(tmp_path: Path):
    assert plots.draw_trend([ENTRY] * 250, tmp_path) == [tmp_path / "trend.png"]
