"""The options of `wswarm size`, as a user writes them."""

from pathlib import Path

import pytest

from tests.cli.command import in_process
from wswarm.cli.arguments import make_parser

SERVE = "serve {port}"
NOBODY = "ws://127.0.0.1:1/"


def test_two_values_are_the_lowest_and_the_highest_and_one_is_both() -> None:
    parsed = make_parser().parse_args(
        ["size", "-c", "50,1k", "-r", "5/s", "--size", "64,4KiB", "--workers", "1,2"]
    )
    assert (parsed.connections, parsed.rate) == ((50, 1000), (5.0, 5.0))
    assert (parsed.size, parsed.workers) == ((64, 4096), (1, 2))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-c", "many"), "--connections: 'many' is not a count: write 1000, 10k or 1m"),
        (("-c", "1,2,3"), "'1,2,3' has more than two values: write LOW,HIGH"),
        (("-r", "5,"), "--rate: '' is not a rate"),
        (("--size", "x,9"), "--size: 'x' is not a size"),
        (("--workers", "1,none"), "--workers: 'none' is not a whole number from 1 to 64"),
        (("--workers", "0"), "'0' is not a whole number from 1 to 64"),
        (("--starts", "0"), "'0' is not a whole number from 1 to 20"),
        (("--budget", "soon"), "--budget: 'soon' is not a duration"),
        (("-d", "100ms", "--serve", SERVE), "use -d 0.5s or more"),
        (("-c", "9,5", "--serve", SERVE), "write 5,9"),
        (("--serve", "serve"), "has no {port}"),
        (("--serve", SERVE, "--workers", "1,2"), "has no {workers}"),
        (("ws://127.0.0.1:1/", "--workers", "1,2"), "--serve 'CMD {port} {workers}'"),
        (("ws://127.0.0.1:1/", "--target-pid", "4194303"), "--target-pid 4194303: there is no such process"),
        (("--closed",), "--closed"),
        (("--scenario", "storm"), "invalid choice: 'storm'"),
        (("ws://127.0.0.1:1/{room}", "--rooms", "0"), "--rooms 0 must be a whole number of 1 or more"),
        (("--serve", SERVE, "--rooms", "4"), "--rooms 4, but no {room}"),
        ((NOBODY, "--rooms", "100", "-c", "50,60"), "--rooms 100, but no {room}"),
        (("--arrivals", "bursty"), "invalid choice: 'bursty'"),
        (("--seed", "-1"), "--seed: '-1' is not a whole number"),
        (("--warmup", "x"), "--warmup: 'x' is not a duration"),
        (("--drain", "x"), "--drain: 'x' is not a duration"),
        (("--serve", SERVE, "--connect-rate", "0/s"), "--connect-rate 0 must be a number above 0"),
        (("--serve", SERVE, "--connect-timeout", "0s"), "--connect-timeout 0 must be a number above 0"),
        (("--serve", SERVE, "--processes", "0"), "--processes 0 must be a number above 0"),
        (("--serve", SERVE, "--publishers", "0"), "--publishers 0 must be a number above 0"),
        (("--serve", SERVE, "--budget", "0s"), "--budget 0s must be a time above 0"),
        (
            ("--serve", SERVE, "--budget", "7s"),
            "one trial takes some 6 s, besides start and end: use --budget 110s",
        ),
        (("--serve", SERVE, "-r", "0/s"), "--rate 0,0: 0 must be a number above 0"),
        (("--serve", SERVE, "-c", "0,5"), "--connections 0,5: 0 must be a number above 0"),
        (("--serve", SERVE, "--size", "0,5"), "--size 0,5: 0 must be a number above 0"),
        (("--serve", SERVE, "--text", "no place"), "--text 'no place' has no {marker}"),
        (("--serve", SERVE, "--profile", "nobody"), "no profile 'nobody': choose one of"),
        (("--serve", "'"), "--serve: the command \"'\" can't be read"),
        (("--target-pid", "0"), "--target-pid: '0' is not a whole number"),
        (("--print", "yaml"), "--print: invalid choice: 'yaml'"),
        (("-o", ""), "'' names no folder"),
    ],
)
def test_what_can_not_be_is_told_in_one_line(options: tuple[str, ...], words: str, tmp_path: Path) -> None:
    done = in_process("size", *options, cwd=tmp_path)
    assert done.code == 2
    assert words in done.err
    assert len(done.err.strip().splitlines()) <= 2
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_is_not_there_is_told_as_by_every_command(tmp_path: Path) -> None:
    echo = in_process("echo", NOBODY, "-c", "3", "--quiet", cwd=tmp_path)
    size = in_process("size", NOBODY, "-c", "3", "--scenario", "echo", "--quiet", cwd=tmp_path)
    assert (size.code, size.out) == (echo.code, echo.out) == (1, "")
    assert size.err.replace("wswarm size", "wswarm echo") == echo.err
    assert "nothing listens there" in size.err
    assert list(tmp_path.iterdir()) == []
