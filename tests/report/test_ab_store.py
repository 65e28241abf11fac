"""Comparisons and decisions as files."""

from pathlib import Path

import pytest

from tests.report.comparisons import comparison_of, slices_of
from tests.stats.test_selftest import decision
from wswarm.errors import ResultError
from wswarm.report.ab.selftest_store import DECISIONS_FILE, add_decision, load_decisions, save_summary
from wswarm.report.ab.store import load_ab, save_ab
from wswarm.report.ab.text import ab_summary

SAME = [1.0, 1.002, 0.999, 1.001]


def test_a_comparison_is_read_as_it_was_written(tmp_path: Path) -> None:
    ab = comparison_of(slices_of(SAME))
    path = save_ab(ab, tmp_path / "report")
    assert load_ab(path) == load_ab(path.parent) == ab
    assert (path.parent / "summary.txt").read_text() == ab_summary(ab)


@pytest.mark.parametrize("content", ["", "{}", '{"schema": "wswarm/run@1"}', "\xff"])
def test_what_is_no_comparison_is_refused_by_name(content: str, tmp_path: Path) -> None:
    (tmp_path / "ab.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(ResultError, match="holds no comparison"):
        load_ab(tmp_path)


def test_a_comparison_of_another_version_is_refused(tmp_path: Path) -> None:
    path = save_ab(comparison_of(slices_of(SAME)), tmp_path)
    path.write_text(path.read_text().replace("wswarm/ab@1", "wswarm/ab@9"))
    with pytest.raises(ResultError, match="wswarm/ab@9"):
        load_ab(path)


def test_a_comparison_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"ab\.json"):
        load_ab(tmp_path)


def test_decisions_are_appended_and_read_again(tmp_path: Path) -> None:
    made = [decision("regression"), decision("inconclusive", has_neighbour=True)]
    assert load_decisions(tmp_path) == []
    for number, one in enumerate(made, 1):
        add_decision(one, comparison_of(slices_of(SAME)), tmp_path, number)
    assert load_decisions(tmp_path) == made
    assert load_ab(tmp_path / "decision-002.json").scenario == "echo"


def test_the_summary_of_a_self_test_gives_shares_with_intervals_and_the_other_rules(tmp_path: Path) -> None:
    text = save_summary([decision("regression"), decision("inconclusive", has_neighbour=True)], tmp_path)
    assert text == (tmp_path / "summary.txt").read_text()
    assert "2 decisions, 1 with a busy neighbour" in text
    assert "regression      1 of 2 [9%, 91%]" in text
    assert "mann-whitney, interleaved" in text
    assert max(map(len, text.splitlines())) <= 100


def test_what_holds_no_decisions_is_refused(tmp_path: Path) -> None:
    (tmp_path / DECISIONS_FILE).write_text("nonsense\n")
    with pytest.raises(ResultError, match="no decisions"):
        load_decisions(tmp_path)
