"""`wswarm forecast` as its user meets it: the answer, and every refusal."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import wswarm
from tests.cli.command import Outcome, in_process
from tests.report.sized import model
from wswarm.errors import PlanError
from wswarm.report.sizing.model_file import write_model

pytestmark = pytest.mark.xdist_group("forecasts")
LOAD = ("-c", "4k", "-r", "20/s", "--fanout", "2000")
Asking = Callable[..., Outcome]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Asks for a forecast of a stored model in a folder of its own."""
    for name, few in (("DRAWS", 40), ("_DRAWN", 6), ("_TRIED", 20)):
        monkeypatch.setattr(f"wswarm.stats.sizing.forecast.{name}", few)
    write_model(model(), tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    return lambda *options: in_process("forecast", "model.json", *options, cwd=tmp_path)


def test_the_json_has_the_fields_of_its_contract(ask: Asking) -> None:
    found = ask(*LOAD, "--slo", "p99<1s", "--workers", "2", "--print", "json", "--no-plots")
    assert (found.code, found.err) == (0, "")
    told = json.loads(found.out)["forecast"]
    assert told["workers"] == 2
    for figure in ("cpu", "memory", "p50", "p99", "last"):
        assert told[figure].keys() == {"low", "mid", "high"}
    assert told["broker_cpu"] > 0
    assert told["gives_in_first"] == "CPU of a worker"


def test_it_is_stored_and_can_be_drawn_again(ask: Asking, tmp_path: Path) -> None:
    found = ask(*LOAD, "--no-plots", "-o", "there")
    assert found.code == 0
    assert "report: there/report.html" in found.out
    again = in_process("report", "there", "--no-plots", cwd=tmp_path)
    assert (again.code, again.out) == (0, found.out)


def test_an_objective_that_named_workers_miss_exits_99(ask: Asking) -> None:
    found = ask(*LOAD, "--workers", "1", "--slo", "p99<1ms", "--no-plots")
    assert (found.code, found.err) == (99, "")
    assert "p99<1ms missed" in found.out
    assert "gives in first: p99<1ms" in found.out


def test_quiet_says_nothing(ask: Asking) -> None:
    assert ask(*LOAD, "--quiet", "--no-plots") == (0, "", "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-c", "200k", "-r", "50/s", "--fanout", "100"), ("-c 200,000", "LOW,HIGH")),
        (("-c", "4k", "-r", "2k/s"), ("-r 2,000", "LOW,HIGH")),
        (("-c", "4k", "-r", "20/s", "--fanout", "3k"), ("--fanout 3,000",)),
        ((*LOAD, "--size", "64k"), ("--size 64,000", "46 to 500")),
        ((*LOAD, "--workers", "9"), ("9 workers", "--workers 1,5")),
        ((*LOAD, "--tls"), ("--tls", "wss://")),
        ((*LOAD, "--deflate"), ("--deflate",)),
        ((*LOAD, "--connect-rate", "50/s"), ("--connect-rate",)),
        ((*LOAD, "--slo", "lost==0"), ("--slo 'lost==0'", "p99<200ms")),
        ((*LOAD, "--slo", "p99<1ms"), ("up to 4 workers", "name --workers")),
        (("-c", "4k", "-r", "60/s", "--fanout", "2k", "--workers", "1"), ("0.85", "--workers 2 would do")),
        (("-c", "4k", "-r", "600/s", "--fanout", "2k"), ("0.85", "it takes", "more than 2 times the 2")),
        (("-c", "0", "-r", "20/s"), ("-c 0",)),
        (("-c", "4k"), ("-r",)),
        (("-c", "4k", "-r", "0/s"), ("-r 0", "above 0")),
        (("-c", "4k", "-r", "20/s", "--fanout", "0"), ("--fanout 0", "at least 1")),
        (("-c", "4k", "-r", "20/s", "--fanout", "5k"), ("--fanout 5,000", "lower it")),
        ((*LOAD, "--size", "0"), ("--size 0", "46 to 500")),
        ((*LOAD, "--workers", "0"), ("--workers 0", "at least 1")),
        ((*LOAD, "--processes", "0"), ("--processes 0", "at least 1")),
        ((*LOAD, "--seed", "-1"), ("--seed", "'-1'")),
        ((*LOAD, "--slo", "p99>200ms"), ("'p99>200ms'", "write p99<200ms")),
        ((*LOAD, "--print", "plan"), ("--print", "'plan'")),
        ((*LOAD, "-o", "full"), ("-o full", "notes.txt")),
        ((*LOAD, "-o", "."), ("-o .", "holds a model")),
    ],
)
def test_what_goes_too_far_is_refused_in_one_line(
    options: tuple[str, ...], words: tuple[str, ...], ask: Asking
) -> None:
    found = ask(*options, "--no-plots")
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1), found
    assert found.err.startswith("wswarm forecast: ")
    assert [word for word in words if word not in found.err] == []


def test_the_workers_that_would_do_do(ask: Asking) -> None:
    found = ask("-c", "4k", "-r", "60/s", "--fanout", "2k", "--workers", "2", "--quiet", "--no-plots")
    assert found.code == 0


@pytest.mark.parametrize(
    "content", ["", "{}", '{"schema": "wswarm/capacity@1"}', '{"schema": "wswarm/model@1"}']
)
def test_a_foreign_model_is_one_line_and_exit_1(content: str, ask: Asking, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(content)
    found = ask(*LOAD)
    assert (found.code, found.out, found.err.count("\n")) == (1, "", 1)
    assert "model.json" in found.err


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = in_process("forecast", "nowhere.json", *LOAD, cwd=tmp_path)
    assert (found.code, found.out) == (1, "")
    assert "nowhere.json can't be read" in found.err


def test_python_gives_the_same_answer(ask: Asking, tmp_path: Path) -> None:
    told = json.loads(ask(*LOAD, "--slo", "p99<1s", "--print", "json", "--no-plots").out)
    found = wswarm.forecast(tmp_path, connections=4000, rate=20, fanout=2000, slo=["p99<1s"])
    assert found.forecast.cpu.mid == told["forecast"]["cpu"]["mid"]
    assert found.slo[0].met
    with pytest.raises(PlanError, match="-c 9,000"):
        wswarm.forecast(model(), connections=9000, rate=20)
