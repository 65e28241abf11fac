"""What `wswarm ab` and `wswarm selftest` refuse before anything is started, and what their values mean."""

from pathlib import Path

import pytest

from tests.experiment.repositories import make_repository
from tests.report.comparisons import comparison_of, slices_of
from wswarm.cli.ab import exit_code
from wswarm.cli.ab_arguments import parse_gates, parse_slow, parse_theta
from wswarm.cli.main import main
from wswarm.errors import PlanError

PAIR = ("--base-cmd", "serve {port}", "--head-cmd", "serve {port}")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ((), "which versions"),
        (("--base-cmd", "serve {port}"), "--head-cmd is missing"),
        ((*PAIR, "--base", "main"), "use one or the other"),
        ((*PAIR, "--url", "ws://127.0.0.1:8000"), "has no {port}"),
        ((*PAIR, "--budget", "5s"), "too short"),
        ((*PAIR, "-c", "0"), "connections"),
        (("--base-cmd", "serve", "--head-cmd", "serve {port}"), "has no {port}"),
    ],
)
def test_what_cannot_be_is_told_in_a_line_and_leaves_no_folder(
    options: tuple[str, ...],
    word: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["ab", *options, "--quiet"]) == 2
    assert word in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value"),
    [("--gate", "speed"), ("--gate", ","), ("--theta", "5"), ("--theta", "0%"), ("--theta", "p99=200%")],
)
def test_a_bad_value_is_named(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["ab", *PAIR, option, value])
    assert end.value.code == 2
    assert option in capsys.readouterr().err


def test_a_folder_outside_a_repository_has_no_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["ab", "--base", "main", "--quiet"]) == 2
    assert "not a git repository" in capsys.readouterr().err


def test_commits_without_a_reference_application_need_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_repository(tmp_path / "strange")
    monkeypatch.chdir(tmp_path / "strange")
    assert main(["ab", "--base", "HEAD"]) == 2
    told = capsys.readouterr().err
    assert "--serve is missing" in told
    assert "--url 'ws://127.0.0.1:{port}/ws'" in told
    assert not (tmp_path / "strange" / "reports").exists()


def test_slowdowns_are_shares_for_all_metrics_or_for_one() -> None:
    assert parse_theta("5%") == ("", 0.05)
    assert parse_theta("p99=12.5 %") == ("p99", 0.125)


def test_gates_are_named_once_each() -> None:
    assert parse_gates("cpu, p99,cpu") == ("cpu", "p99")


def test_ways_to_be_slower_are_cpu_or_a_tail() -> None:
    assert parse_slow("cpu:10%") == ("cpu", 0.1)
    assert parse_slow("tail:5ms") == ("tail", 0.005)
    for text in ("disk:5ms", "cpu:5ms", "tail:5%", ""):
        with pytest.raises(PlanError):
            parse_slow(text)


def test_the_same_twice_cannot_be_slower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["selftest", "aa", "--slow", "cpu:10%"]) == 2
    assert "--slow is for ab" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ratios", "is_strict", "is_interrupted", "code"),
    [
        ([1.0, 1.001, 0.999, 1.0], True, False, 0),
        ([0.9, 0.901, 0.899, 0.9], True, False, 0),
        ([1.12, 1.13, 1.12, 1.12], False, False, 97),
        ([1.0, 1.2, 0.9, 1.1], False, False, 0),
        ([1.0, 1.2, 0.9, 1.1], True, False, 96),
        ([1.12, 1.13, 1.12, 1.12], True, True, 130),
    ],
)
def test_the_exit_code_is_the_verdict_s(
    ratios: list[float], is_strict: bool, is_interrupted: bool, code: int
) -> None:
    ab = comparison_of(slices_of(ratios), is_interrupted=is_interrupted)
    assert exit_code(ab, is_strict=is_strict) == code
