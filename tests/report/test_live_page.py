"""The page of a run that goes on, as its server gives it."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import numpy as np
import pytest

from tests.report import modelled, runs, searched
from tests.report.comparisons import progress_of
from wswarm.report import served_page
from wswarm.report.ab import html as ab_html
from wswarm.report.answer_page import AnswerPage
from wswarm.report.capacity import html as search_html
from wswarm.report.capacity import words
from wswarm.report.charts.library import library
from wswarm.report.context import Side
from wswarm.report.live_page import LivePage
from wswarm.report.served_page import ServedPage
from wswarm.report.sizing import html as sizing_html
from wswarm.report.sizing import words as words_of_models
from wswarm.report.so_far import MOST_ROWS, SoFar
from wswarm.results.capacity import Search, SearchProgress
from wswarm.results.progress import Progress
from wswarm.results.sizing import Model
from wswarm.results.sizing_progress import SizingProgress
from wswarm.stats.compare.ab import Comparison
from wswarm.stats.compare.comparison import AbProgress
from wswarm.stats.histogram import Histogram

ECHO = runs.echo(connections=2, rate=5, duration=1)


def so_far() -> SoFar:
    return SoFar(ECHO.plan, ECHO.started_at, ECHO.environment)


def at(elapsed_s: float, phase: str = "hold", sent: int = 0, **more: object) -> Progress:
    known = {"connections_open": 2, "connections_requested": 2, "received": sent}
    return Progress(phase=phase, elapsed_s=elapsed_s, sent=sent, **{**known, **more})  # type: ignore[arg-type]


@pytest.fixture
def page() -> Iterator[LivePage]:
    one = LivePage()
    yield one
    one.close()


def asked(page: ServedPage, path: str = "/", host: str | None = None) -> tuple[int, str]:
    address = page.url.removeprefix("http://").strip("/")
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("GET", path, headers={} if host is None else {"Host": host})
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def test_a_row_per_second_tells_what_came_in_it_and_how_long_it_took() -> None:
    shown, times = so_far(), Histogram()
    for second, ms in enumerate((2, 5), 1):
        times.record(np.full(1000, ms * 1_000_000))
        shown.add(at(second, sent=100 * second**2, times=times.pack()))
        shown.add(at(second + 0.4, sent=100 * second**2 + 7, times=times.pack()))
    rows = shown.run().series
    assert [(row.t, row.sent) for row in rows] == [(0.0, 100), (1.0, 300)]
    assert [row.p99 for row in rows] == [pytest.approx(0.002, rel=0.01), pytest.approx(0.005, rel=0.01)]


def test_a_long_run_keeps_a_bounded_number_of_rows_that_add_up() -> None:
    shown = so_far()
    for second in range(1, 3 * MOST_ROWS):
        shown.add(at(second, sent=second))
    run = shown.run()
    assert len(run.series) < MOST_ROWS
    assert sum(row.sent for row in run.series) >= 3 * MOST_ROWS - 1 - run.series_step
    assert run.series_step == 4
    assert [row.t for row in run.series[:3]] == [0.0, 4.0, 8.0]


def test_before_anything_has_begun_the_page_asks_again(page: LivePage) -> None:
    status, text = asked(page)
    assert (status, 'http-equiv="refresh"' in text) == (200, True)


def test_what_goes_on_has_no_verdict_and_what_has_ended_has_its_own(page: LivePage) -> None:
    page.begin(so_far())
    page.update(at(3.0, sent=9))
    _, text = asked(page)
    assert "echo: hold, 3 s since the first connect" in text
    assert "VALID" not in text
    assert 'data-live="yes"' in text
    page.add(ECHO)
    threading.Timer(0.2, asked, [page]).start()
    page.end({"fanout": "refused"})
    _, text = asked(page)
    assert "✓ VALID" in text
    assert "fanout could not be measured: refused" in text
    assert "data-live" not in text.partition("<script>")[0].partition("<head>")[0]


def test_nobody_is_waited_for_who_has_not_watched(page: LivePage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served_page, "_PATIENCE_S", 1e9)
    page.add(ECHO)
    page.end()


def test_a_page_that_is_renewed_is_not_sent_the_library_again(page: LivePage) -> None:
    page.begin(so_far())
    found = library()
    assert found is not None
    assert found.packed in asked(page)[1]
    assert found.packed not in asked(page, "/?again")[1]


def search_page() -> AnswerPage[SearchProgress, Search]:
    going = partial(search_html.render_progress, "echo", "uvicorn app:app", ["p99<50ms"])
    return AnswerPage(going, lambda found: search_html.render(found, {}))


def sizing_page() -> AnswerPage[SizingProgress, Model]:
    going = partial(sizing_html.render_progress, "fanout", "uvicorn app:app")
    return AnswerPage(going, lambda model: sizing_html.render(model, {}))


def test_a_search_shows_its_bracket_closing_in_and_then_its_answer() -> None:
    with closing(search_page()) as page:
        assert 'http-equiv="refresh"' in asked(page)[1]
        page.show(searched.progress(4))
        _, text = asked(page)
        assert 'data-live="yes"' in text
        assert "carried 800, too much 1,600 messages/s so far" in text
        assert "bracket: hold, 24 of 900 s at most, 4 trials so far" in text
        assert '"at":800.0,"name":"the answer lies between 800 and 1,600 so far"' in text
        page.end(searched.search())
        _, text = asked(page)
        assert words.headline(searched.search()) in text
        assert "data-live" not in text.partition("<script>")[0].partition("<head>")[0]


def test_sizing_shows_its_cells_as_they_are_done_and_then_the_model() -> None:
    with closing(sizing_page()) as page:
        page.show(modelled.progress(3))
        _, text = asked(page)
        assert "3 of 16 cells so far" in text
        assert text.count('<tr class="no-regression">') == 3
        assert 'data-live="yes"' in text
        page.end(modelled.model())
        assert words_of_models.standing(modelled.model()) in asked(page)[1]


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        *(("/", host, 421) for host in ("evil.example:80", "[", "a@localhost", "localhost/..")),
        *(("/", host, 200) for host in ("localhost", "127.0.0.1:80", "LOCALHOST")),
        *((path, None, 404) for path in ("/etc/passwd", "/..", "/../x?again", "//[")),
    ],
)
def test_only_the_page_is_served_and_only_under_a_name_of_this_machine(
    page: LivePage, path: str, host: str | None, status: int
) -> None:
    assert asked(page, path, host)[0] == status


def comparison_page() -> AnswerPage[AbProgress, Comparison]:
    going = partial(ab_html.render_progress, "echo", Side(name="v1"), Side(name="<b>v2</b>"))
    return AnswerPage(going, lambda comparison: comparison.verdict)


def test_a_comparison_shows_each_interval_closing_in() -> None:
    with closing(comparison_page()) as page:
        page.show(progress_of([]))
        _, text = asked(page)
        assert "nothing is known yet" in text
        assert "base v1 → head &lt;b&gt;v2&lt;/b&gt;" in text
        assert 'data-live="yes"' in text
        page.show(progress_of([1.10, 1.11, 1.10, 1.105]))
        page.finish()  # or what was made half a second ago is sent again
        _, text = asked(page)
        assert "regression so far" in text
        assert "server CPU per message" in text
        assert "+10.4 %" in text
        assert '"names":["echo server CPU per message"' in text
