"""A search for a capacity: in a terminal, as files, as pictures, and while it goes on."""

import io
from pathlib import Path

import msgspec
import pytest

from tests.report import golden, searched
from tests.report.test_ci_outputs import report, results
from tests.report.test_html import Page
from wswarm.errors import ResultError
from wswarm.report import checks, exports
from wswarm.report.capacity import markdown, store, words
from wswarm.report.capacity.html import render
from wswarm.report.capacity.live import CapacityLive
from wswarm.report.capacity.text import summary
from wswarm.report.charts.chart import Frame
from wswarm.report.charts.of_search import drawn
from wswarm.report.plots import capacity as plots
from wswarm.results.capacity import Known
from wswarm.results.run import SloResult

GAVE_IN = "generator: one of its processes used 97% of a core"


def test_the_summary_of_a_search_reads_as_kept() -> None:
    golden.check("summary-capacity.txt", summary(searched.search()))


def test_the_summary_of_a_lower_bound_reads_as_kept() -> None:
    golden.check("summary-capacity-bound.txt", summary(searched.search(GAVE_IN, rounds=0)))


def test_no_line_of_the_summary_is_wider_than_a_report() -> None:
    assert max(map(len, summary(searched.search()).splitlines())) <= 100


def test_a_search_comes_back_the_same(tmp_path: Path) -> None:
    store.SEARCHES.keep(searched.search(), tmp_path)
    file = store.SEARCH.find(tmp_path)
    assert file == tmp_path / "capacity.json"
    assert msgspec.json.encode(store.SEARCH.load(file)) == msgspec.json.encode(searched.search())
    assert store.SEARCH.find(file) == file


def test_what_is_no_search_is_told(tmp_path: Path) -> None:
    file = tmp_path / "capacity.json"
    file.write_text('{"schema": "wswarm/capacity@1"}')
    with pytest.raises(ResultError, match="holds no search"):
        store.SEARCH.load(file)
    other = msgspec.structs.replace(searched.search(), schema="wswarm/capacity@2")
    file.write_bytes(msgspec.json.encode(other))
    with pytest.raises(ResultError, match="this wswarm reads"):
        store.SEARCH.load(file)


def test_the_json_has_the_fields_of_its_contract() -> None:
    told = msgspec.json.decode(msgspec.json.encode(searched.search()))
    wanted = {"value", "interval", "unit", "limited_by", "carried", "failed", "delivered"}
    assert wanted <= told["capacity"].keys()
    assert {"round", "load", "passed", "evidence", "duration_s", "p50", "p99"} <= told["trials"][0].keys()
    assert len(told["rounds"]) == 2


def test_a_lower_bound_has_no_upper_end() -> None:
    told = msgspec.json.decode(msgspec.json.encode(searched.search(GAVE_IN, rounds=0)))
    assert told["capacity"]["interval"] == [800, None]


def test_the_page_shows_the_answer_and_every_trial() -> None:
    page = render(searched.search(), {})
    assert Page(page)
    assert words.headline(searched.search()) in page
    assert page.count("<tr class=") == len(searched.TRIALS)
    assert "src=" not in page.partition("<script")[0]


def test_pictures_are_drawn_of_what_there_is(tmp_path: Path, no_library: None) -> None:
    drawn = plots.draw(searched.search(), tmp_path)
    assert [file.name for file in drawn] == ["curve.png", "trials.png", "posterior.png"]
    page = render(searched.search(), {file.stem: file.read_bytes() for file in drawn})
    assert (page.count("data:image/png"), page.count("<canvas")) == (3, 0)


def test_a_page_with_charts_has_no_picture_of_them_and_keeps_those_of_anything_else() -> None:
    page = render(searched.search(GAVE_IN, rounds=0), {"curve": b"\x89PNG", "posterior": b"\x89PNG"})
    assert (page.count("<canvas"), page.count("data:image/png")) == (2, 1)


def test_without_a_round_there_is_no_posterior() -> None:
    assert [chart.name for chart in drawn(searched.search(GAVE_IN, rounds=0)).charts] == ["curve", "trials"]


def test_the_charts_have_every_trial_with_its_interval_once() -> None:
    frames = drawn(searched.search()).frames
    tried = [pair for key in frames if key.startswith("trials-") for pair in _pairs(frames[key])]
    assert sorted(tried) == [(place, one.load) for place, one in enumerate(searched.TRIALS, 1)]
    assert frames["p99-too-much"]["value"] == [one.p99 for one in searched.TRIALS if one.passed is False]
    ends = [one.p99_interval for one in searched.TRIALS if one.passed is False]
    found = zip(frames["p99-too-much"]["low"], frames["p99-too-much"]["high"], strict=True)
    assert [pytest.approx(pair, rel=1e-5) for pair in ends] == list(found)


def _pairs(frame: Frame) -> list[tuple[int, float]]:
    return list(zip(frame["trial"], frame["load"], strict=True))


def test_off_a_terminal_there_is_a_line_per_trial() -> None:
    out = io.StringIO()
    with CapacityLive("capacity echo", 900.0, out) as live:
        for count in (0, 1, 1, 2, 4):
            live.show(searched.progress(count))
    title, first, *rest = out.getvalue().splitlines()
    assert title == "capacity echo"
    assert first == "[6/900 s] bracket: 400 carried (all objectives were met); carried 400, too much –"
    assert len(rest) == 3
    assert rest[-1].endswith("carried 800, too much 1,600")


def test_on_a_terminal_the_trials_renew_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "160")
    out = Terminal()
    with CapacityLive("capacity echo", 900.0, out) as live:
        live.show(searched.progress(4))
    assert "says nothing" not in out.getvalue()
    assert "carried 800, too much 1,600" in out.getvalue()


OBJECTIVES = [
    SloResult(expression="capacity.value>=900", value=954.0, met=True),
    SloResult(expression="capacity.interval.0>=2k/s", value=900.0, met=False),
]


def test_the_markdown_of_a_search_reads_as_kept() -> None:
    golden.check("capacity.md", markdown.summary(searched.search(objectives=OBJECTIVES)))


def test_the_markdown_of_a_lower_bound_says_what_to_do() -> None:
    text = markdown.summary(searched.search(GAVE_IN, rounds=0))
    assert text.startswith("### ❌ wswarm capacity echo: ≥ 800 messages/s")
    assert "use more --processes" in text


def test_a_search_has_a_case_for_its_answer_and_one_per_objective_of_it() -> None:
    top = report(checks.of_search(searched.search(objectives=OBJECTIVES)), 214.0)
    assert results(top) == {
        "capacity": "passed",
        "capacity.value>=900": "passed",
        "capacity.interval.0>=2k/s": "failure",
    }
    bound = report(checks.of_search(searched.search(GAVE_IN, rounds=0)))
    assert results(bound)["capacity"] == "error"


def test_a_lower_bound_is_nothing_to_chart() -> None:
    (figure,) = exports.of_search(searched.search())
    assert (figure.name, figure.measure, figure.unit) == ("echo capacity", "throughput", "messages/s")
    assert figure.low is not None
    assert exports.of_search(searched.search(GAVE_IN, rounds=0)) == []


def test_a_search_whose_target_ended_is_no_answer_to_chart_or_to_pass() -> None:
    found = searched.search(failure="the target is gone since a trial at 1,600: refused")
    assert words.remedy(found) is None
    assert results(report(checks.of_search(found)))["capacity"] == "error"
    assert exports.of_search(found) == []
    assert markdown.summary(found).startswith("### ❌")


def test_what_is_known_of_a_broker_and_the_kernel_is_told_whoever_gave_in() -> None:
    known = Known(
        broker_cpu=0.97, broker_process="process 9 (redis-server)", listen_drops=4, listen_overflows=3
    )
    found = searched.search()
    found = msgspec.structs.replace(found, capacity=msgspec.structs.replace(found.capacity, known=known))
    for shown in (summary(found), render(found, {})):
        assert "process 9 (redis-server): 97% of a core at most" in " ".join(shown.split())
        assert "it threw 4 handshakes away" in " ".join(shown.split())
