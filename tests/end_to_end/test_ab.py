"""Two versions of known difference, compared from the command line."""

import json
import os
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.cli.command import Outcome, in_process
from tests.end_to_end.servers import ROOT
from tests.end_to_end.servers.version import WORDS
from wswarm.report.ab.live import AbLive
from wswarm.report.ab.store import load_ab
from wswarm.stats.compare.comparison import Ab, AbProgress

SERVER = f"{shlex.quote(sys.executable)} -m tests.end_to_end.servers.version {{port}}"
# So little load that it never waits long for a core, and slices in which a neighbour's turn is a small part.
SLICE_S, RATE = 0.4, 200
BRIEF = ("--blocks", "2", "-c", "5", "-r", str(RATE), "--seed", "7", "--no-plots")
pytestmark = pytest.mark.xdist_group("ab")


def compare(folder: Path, slice_s: float, faults: dict[str, int], *more: str, spin: int = 0) -> Outcome:
    """How the comparison ended of a server that has no faults, but may work for a message, with one that has."""
    base, head = (f"{SERVER} '{json.dumps(one)}'" for one in ({"spin": spin} if spin else {}, faults))
    length = ("--slice", f"{slice_s:g}s")
    versions = ("--base-cmd", base, "--head-cmd", head)
    return in_process("ab", *versions, "-o", str(folder), *BRIEF, *length, *more, cwd=ROOT)


def sound(
    compare: Callable[[Path, float], Outcome], folder: Path, verdict: str, slice_s: float = SLICE_S
) -> tuple[Outcome, Ab]:
    """How a comparison ended, and what it found.

    If it is not the verdict and the machine has spoilt a slice, which the slice says: once more, in longer ones.
    """
    for number, length_s in enumerate((slice_s, 5 * slice_s)):
        done = compare(folder / str(number), length_s)
        assert (folder / str(number)).exists(), done
        ab = load_ab(folder / str(number))
        if ab.comparison.verdict == verdict or not any(one.slice.reasons for one in ab.slices):
            break
    return done, ab


def servers() -> list[psutil.Process]:
    """The servers that this process has started and that still run."""
    found = psutil.Process().children()
    return [one for one in found if "tests.end_to_end.servers.version" in one.cmdline()]


def test_a_head_that_loses_one_message_in_ten_thousand_is_a_regression_at_once(tmp_path: Path) -> None:
    def measure(folder: Path, slice_s: float) -> Outcome:
        # A tenth more is sent before each slice, and a slice before the first: it is lost in the midst of that.
        lost = round((1.1 + 0.6) * RATE * slice_s)
        return compare(
            folder, slice_s, {"lose": 10_000, "from": 10_000 - lost}, "--budget", "20s", "--no-pin"
        )

    done, ab = sound(measure, tmp_path, "regression", 1.0)
    assert done.code == 97, done.err
    assert "REGRESSION" in done.out
    assert "base none" in done.out
    assert [one.slice.generation for one in ab.slices if one.slice.counts.lost] == [0]
    assert ab.comparison.generations == 1
    (lost,) = [one for one in ab.comparison.faults if one.kind == "lost"]
    assert (lost.base, lost.head) == (0, 1)


def test_a_head_that_duplicates_messages_is_a_regression_at_once(tmp_path: Path) -> None:
    def measure(folder: Path, slice_s: float) -> Outcome:
        return compare(folder, slice_s, {"duplicate": 10}, "--budget", "20s", "--no-pin")

    done, ab = sound(measure, tmp_path, "regression")
    assert done.code == 97, done.err
    assert ab.comparison.generations == 1


def test_a_head_that_does_not_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    done = compare(tmp_path / "report", SLICE_S, {"fail": 1})
    assert done.code == 1
    assert "head did not start" in done.err
    assert WORDS in done.err
    assert not (tmp_path / "report").exists()


def test_a_head_that_refuses_every_handshake_is_named(tmp_path: Path) -> None:
    done = compare(tmp_path, SLICE_S, {"refuse": 1})
    assert done.code == 1
    assert "head: " in done.err
    assert "every handshake failed" in done.err


def test_a_head_that_answers_nothing_is_no_measurement(tmp_path: Path) -> None:
    done = compare(tmp_path, SLICE_S, {"mute": 1}, "--drain", "200ms")
    assert done.code == 98, done.err
    assert "head measured nothing" in done.out


def test_a_head_that_is_dearer_by_far_is_found_in_four_generations(tmp_path: Path) -> None:
    """Both work so much for a message that what a busy machine and cold caches add to it is little."""
    budget = ("--budget", f"{150 * SLICE_S:g}s")  # for those four, and some more
    done = compare(tmp_path, SLICE_S, {"spin": 1500}, "--print", "json", *budget, "--no-pin", spin=500)
    ab = load_ab(tmp_path)
    assert json.loads(done.out)["comparison"]["verdict"] == ab.comparison.verdict
    found = [one for one in ab.comparison.effects if one.metric.name == "cpu" and one.ratio is not None]
    assert [one.base and one.head for one in found] == [pytest.approx(one.base * one.ratio) for one in found]
    assert all(one.ratio > 1.5 for one in found)
    assert {ab.base.served, ab.head.served} == {"tests/end_to_end/servers/version.py"}
    if any(one.slice.reasons for one in ab.slices):  # a busy machine has spoilt some, and they say so
        assert (done.code, ab.comparison.verdict) in ((97, "regression"), (98, "invalid"))
        return
    assert done.code == 97, done.err
    assert [one.verdict for one in found] == ["regression"]
    assert ab.comparison.generations == 4
    assert len(ab.slices) == 4 * 4 * 2
    lines = [line for line in done.err.splitlines() if line.startswith("[")]
    assert [line.partition("generation ")[2][:1] for line in lines] == ["1", "2", "3", "4"]


def test_ctrl_c_ends_after_the_slice_with_what_is_known_and_leaves_no_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = AbLive.show

    def show_and_press(live: AbLive, progress: AbProgress) -> None:
        show(live, progress)
        if progress.doing == "measuring" and progress.slices == 4:  # one block, of which something is known
            assert len(servers()) == 2
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(AbLive, "show", show_and_press)
    more = ("--blocks", "40", "--budget", "5m", "--no-pin")
    done, ab = sound(
        lambda folder, slice_s: compare(folder, slice_s, {}, *more), tmp_path, "inconclusive", 1.0
    )
    assert done.code == 130
    assert ab.is_interrupted
    assert len(ab.slices) == 4
    assert "INCONCLUSIVE (ended early)" in done.out, done.out
    assert "Traceback" not in done.err
    assert servers() == []
