"""The options of `wswarm size`, as a user writes them."""

from pathlib import Path

import pytest

from tests.cli.command import in_process
from wswarm.cli.arguments import make_parser

SERVE = "serve {port}"


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
        (("ws://127.0.0.1:1/",), "no process of this machine that may be looked at listens there"),
        (("--closed",), "--closed"),
        (("-o", ""), "'' names no folder"),
    ],
)
def test_what_can_not_be_is_told_in_one_line(options: tuple[str, ...], words: str, tmp_path: Path) -> None:
    done = in_process("size", *options, cwd=tmp_path)
    assert done.code == 2
    assert words in done.err
    assert len(done.err.strip().splitlines()) <= 2
    assert list(tmp_path.iterdir()) == []
