"""`wswarm selftest`: decisions are counted, kept, and gone on with."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.report.comparisons import comparison_of, slices_of
from tests.stats.test_selftest import decision
from wswarm.cli.main import main
from wswarm.experiment.ab import selftest
from wswarm.experiment.ab.calibration import Calibration
from wswarm.experiment.ab.setting import Experiment
from wswarm.stats.compare.comparison import Ab
from wswarm.stats.compare.selftest import Decision

SLOWER = comparison_of(slices_of([1.20, 1.21, 1.19, 1.20]))


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """The seed of each decision that was made, and whether it had a neighbour; no server is started."""
    made: list[tuple[int, bool]] = []

    def decide(draft: Experiment, *_: object, has_neighbour: bool, **__: Any) -> tuple[Decision, Ab]:
        made.append((draft.seed, has_neighbour))
        return decision("regression", has_neighbour=has_neighbour), SLOWER

    monkeypatch.setattr(selftest, "decide", decide)
    monkeypatch.setattr(selftest, "find_load", lambda _: Calibration(1000.0, 1e-5))
    return made


def examine(folder: Path, decisions: int) -> None:
    words = ["selftest", "ab", "--slow", "cpu:20%", "--neighbour", "--seed", "7", "-o", str(folder)]
    assert main([*words, "--decisions", str(decisions)]) == 0


def test_every_second_decision_has_a_neighbour_and_each_a_seed_of_its_own(
    decided: list[tuple[int, bool]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examine(tmp_path, 4)
    assert [has_neighbour for _, has_neighbour in decided] == [False, True, False, True]
    assert len({seed for seed, _ in decided}) == 4
    assert "4 of 4" in re.findall("^ *regression +(.+?) \\[", capsys.readouterr().out, re.MULTILINE)
    assert len(list(tmp_path.glob("decision-*.json"))) == 4


def test_a_self_test_goes_on_as_if_it_had_never_been_ended(
    decided: list[tuple[int, bool]], tmp_path: Path
) -> None:
    examine(tmp_path / "whole", 5)
    examine(tmp_path / "parts", 2)
    examine(tmp_path / "parts", 5)
    assert decided[5:] == decided[:5]
    examine(tmp_path / "parts", 5)
    assert len(decided) == 10
