"""`wswarm slow`: what it says beforehand, and which plans it refuses."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.command import in_process
from tests.cli.strangers import closed_port
from tests.end_to_end.servers import serve
from wswarm.units import parse_size

URL = "ws://127.0.0.1:1/"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("", ("--size 46", "back-pressure", "--swallows SIZE")),
        ("--size 4KiB -r 20/s -c 500", ("--size 4096", "back-pressure", "37 s")),
        ("--size 64KiB --read 2MB/s", ("--read 2000000/s", "back-pressure")),
        ("--size 64KiB --slow 0%", ("--slow 0%", "such as 2%")),
        ("--size 64KiB --slow 1% -c 10", ("--slow 1% of -c 10", "--slow 10%")),
        ("--size 64KiB --slow 2", ("--slow", "'2'", "2% or 50%")),
        ("--size 64KiB --read fast", ("--read", "'fast'", "10KiB/s")),
        ("--size 64KiB --pairs 0", ("--pairs", "'0'")),
        ("--size 64KiB --swallows lots", ("--swallows", "'lots'")),
        ("--size 64KiB --slow 50% -c 100k --processes 20", ("--slow 50%", "MB", "tcp_mem")),
    ],
)
def test_readers_that_can_not_be_are_refused_in_one_line(
    options: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    end = in_process("slow", URL, *options.split(), cwd=tmp_path)
    assert (end.code, end.out, end.err.count("\n")) == (2, "", 1)
    assert not [word for word in words if word not in end.err], end.err


def test_the_mend_of_what_could_never_be_noticed_works(tmp_path: Path) -> None:
    told = in_process("slow", URL, "--size", "4KiB", cwd=tmp_path).err
    size = re.search(r"use --size (\w+),", told)
    assert size is not None
    assert parse_size(size[1]) > 4_096
    end = in_process("slow", f"ws://127.0.0.1:{closed_port()}/", "--size", size[1], cwd=tmp_path)
    assert end.code == 1  # nobody listens there
    assert "back-pressure begins" in end.err


def test_a_run_says_beforehand_when_back_pressure_begins_and_stores_the_penalty(tmp_path: Path) -> None:
    load = (
        "-c 10 --slow 10% --pairs 1 -d 2s -r 20/s --size 16KiB --swallows 60k --warmup 0s --no-plots -o mine"
    )
    with serve("waiting_relay", wait=0.01) as server:
        pid = ("--target-pid", str(server.pid), "--slo", "penalty.pairs==1")
        end = in_process("slow", server.url, *load.split(), *pid, cwd=tmp_path)
    assert "back-pressure begins 0.183 s into a slow block of 1 s" in end.err
    assert "Slow readers" in end.out
    run = json.loads((tmp_path / "mine" / "run.json").read_text())
    assert (run["penalty"]["slow"], run["penalty"]["healthy"], run["penalty"]["pairs"]) == (1, 9, 1)
    assert [run["penalty"][bound] for bound in ("low", "high")] == [None, None]
    assert run["penalty"]["ratio"] > 1
    assert run["penalty"]["memory_growth"] is not None
    assert run["slo"][0]["met"]
    assert end.code == (98 if run["validity"]["verdict"] == "invalid" else 0)
