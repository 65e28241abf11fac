"""The progress of a comparison."""

import io

import pytest

from tests.report.comparisons import progress_of
from wswarm.report.ab.live import AbLive, ab_line, track

NOTHING_YET: list[float] = []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def test_off_a_terminal_there_is_a_line_per_generation() -> None:
    out = io.StringIO()
    first, second = progress_of([1.1]), progress_of([1.1, 1.12])
    with AbLive("ab", "echo", 96.0, out) as live:
        for progress in (progress_of(NOTHING_YET), first, first, second, second):
            live.show(progress)
    assert out.getvalue().splitlines() == [
        "ab",
        "[8/96 s] generation 1/12: server CPU per message +10.0 %",
        ab_line(second, "echo"),
    ]


def test_a_line_tells_the_interval_of_each_metric_that_decides_and_the_verdict() -> None:
    line = ab_line(progress_of([1.10, 1.11, 1.10, 1.105]), "echo")
    assert line.startswith("[32/96 s] generation 4/12: server CPU per message +10.4 % [")
    assert line.endswith("]: regression")
    assert "p50" not in line


def test_on_a_terminal_the_interval_is_drawn() -> None:
    out = Terminal()
    with AbLive("ab", "echo", 96.0, out) as live:
        live.show(progress_of([1.10, 1.11, 1.10]))
    assert "├" in out.getvalue()
    assert "●" in out.getvalue()
    assert "generation 4/12" in out.getvalue()


def test_the_track_marks_no_change_and_what_must_be_caught() -> None:
    comparison = progress_of([1.0, 1.001, 0.999]).comparison
    assert comparison is not None
    drawn = track(comparison.effects[0])
    assert len(drawn) == 41
    assert (drawn[20], drawn.count("┊")) == ("●", 2)


def test_a_quiet_display_shows_nothing() -> None:
    out = io.StringIO()
    with AbLive("ab", "echo", 96.0, out, quiet=True) as live:
        live.show(progress_of([1.1]))
    assert out.getvalue() == ""
