import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_app.guard.census import FILE_VARIABLE, Census, Claim
from target_app.scoreboard import ROW_VARIABLE


def claim(name: str, most: int = 2) -> Claim:
    """Of an address."""
    return Claim(name, most, "address")


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[list[Census]]:
    """Three that share a table."""
    file = tmp_path / "census"
    made = [Census.create(file, 3), Census.shared(file, 1), Census.shared(file, 2)]
    yield made
    for census in made:
        census.close()


def test_a_name_has_so_many_over_all_workers_and_no_more(workers: list[Census]) -> None:
    one, two, three = workers
    assert one.enter([claim("a")]) is None
    assert two.enter([claim("a")]) is None
    assert three.enter([claim("a")]) == claim("a")
    two.leave([claim("a")])
    assert three.enter([claim("a")]) is None


def test_one_name_s_limit_is_not_another_s(workers: list[Census]) -> None:
    assert [workers[0].enter([claim(name, 1)]) for name in ("a", "b", "c")] == [None] * 3


def test_who_is_refused_for_one_claim_has_taken_nothing_for_another(workers: list[Census]) -> None:
    one, two, _ = workers
    assert one.enter([claim("user", 1)]) is None
    assert two.enter([claim("a", 1), claim("user", 1)]) == claim("user", 1)
    assert two.enter([claim("a", 1)]) is None


def test_what_a_worker_had_goes_with_it_and_the_others_keep_theirs(workers: list[Census]) -> None:
    one, two, three = workers
    one.enter([claim("a", 3)]), two.enter([claim("a", 3)]), two.enter([claim("a", 3)])
    one.clear(1)
    assert three.enter([claim("a", 3)]) is None
    assert three.enter([claim("a", 3)]) is None
    assert three.enter([claim("a", 3)]) == claim("a", 3)


def test_without_a_claim_nothing_is_refused(workers: list[Census]) -> None:
    assert workers[0].enter([]) is None


def test_a_name_that_finds_no_place_is_refused_and_finds_one_when_others_leave() -> None:
    census = Census.alone()
    names = (claim(str(number)) for number in count())
    entered = []
    while census.enter([refused := next(names)]) is None:
        entered.append(refused)
    assert len(entered) > 5_000
    for one in entered:
        census.leave([one])
    assert census.enter([refused]) is None


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.sampled_from("abcd")), max_size=80))
def test_the_table_counts_as_a_plain_counter_does(steps: list[tuple[int, bool, str]]) -> None:
    census, held = Census.alone(), Counter[str]()
    for _, enters, name in steps:
        if enters:
            assert (census.enter([claim(name, 3)]) is None) == (held[name] < 3)
            held[name] += held[name] < 3
        elif held[name]:
            census.leave([claim(name)])
            held[name] -= 1


CONTENDER = """
import sys
from target_app.guard.census import Census, Claim
census, claim = Census.here(), Claim("a", 500, "address")
print(sum(census.enter([claim]) is None for _ in range(400)), flush=True)
sys.stdin.read()
"""


def test_processes_at_once_get_what_there_is_and_a_killed_one_s_comes_free(tmp_path: Path) -> None:
    file = tmp_path / "census"
    census = Census.create(file, 3)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CONTENDER],
            env={**os.environ, FILE_VARIABLE: str(file), ROW_VARIABLE: str(row)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for row in (1, 2)
    ]
    try:
        got = [int(process.stdout.readline()) for process in started if process.stdout is not None]
        assert sum(got) == 500
        assert census.enter([claim("a", 500)]) is not None
        started[0].send_signal(signal.SIGKILL)
        started[0].wait()
        census.clear(1)
        assert sum(census.enter([claim("a", 500)]) is None for _ in range(500)) == got[0]
    finally:
        for process in started:
            process.kill()
            process.communicate()
        census.close()
