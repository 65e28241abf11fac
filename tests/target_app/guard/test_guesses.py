from pathlib import Path
from typing import Any

import pytest

from target_app.guard.census import Census
from target_app.guard.guesses import MEMORY_S, Guesses
from tests.target_app.guard.clock import Clock

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"


class Guessing:
    """One who guesses, a worker that counts, and its clock."""

    def __init__(self, most: int | None, census: Census | None = None) -> None:
        self.clock: Any = Clock()
        self.guesses = Guesses(census or Census.alone(), most)

    def guess(self, *tokens: str, address: str = HERE) -> bool:
        """Whether that was allowed."""
        return self.guesses.note(address, tokens, self.clock)


def test_an_address_may_be_wrong_so_often_and_no_more() -> None:
    guessing = Guessing(3)
    assert [guessing.guess(str(number)) for number in range(5)] == [True] * 3 + [False] * 2
    assert guessing.guesses.are_spent(HERE)
    assert not guessing.guesses.are_spent(ELSEWHERE)
    assert guessing.guess("0", address=ELSEWHERE)


def test_several_tokens_that_are_shown_at_once_are_as_many_guesses() -> None:
    guessing = Guessing(3)
    assert guessing.guess("a", "b", "c")
    assert not guessing.guess("d")


def test_each_is_forgotten_when_its_time_is_over() -> None:
    guessing = Guessing(2)
    guessing.guess("a")
    guessing.clock.advance(MEMORY_S / 2)
    guessing.guess("b")
    assert not guessing.guess("c")
    guessing.clock.advance(MEMORY_S / 2)
    assert not guessing.guesses.are_spent(HERE)
    assert guessing.guess("c")
    assert not guessing.guess("d")
    guessing.clock.advance(2 * MEMORY_S)
    assert guessing.guess("d", "e")


def test_the_same_token_again_is_no_guess() -> None:
    """A page that is open while its token is replaced comes back with it again and again."""
    guessing = Guessing(2)
    assert all(guessing.guess("yesterday's") for _ in range(9))
    assert guessing.guess("another")
    assert guessing.guess("yesterday's")
    assert not guessing.guess("a third")


def test_off_is_no_limit_and_nothing_is_remembered() -> None:
    guessing = Guessing(None)
    assert all(guessing.guess(str(number)) for number in range(100))
    assert not guessing.guesses.are_spent(HERE)
    assert not guessing.clock.is_waited_for


def test_of_too_many_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has many addresses could fill the table that everybody's connections are counted in."""
    monkeypatch.setattr("target_app.guard.guesses.MOST", 3)
    guessing = Guessing(1)
    for number in range(4):
        assert guessing.guess("x", address=f"address {number}")
    assert [guessing.guesses.are_spent(f"address {number}") for number in range(4)] == [False, *[True] * 3]


def test_workers_count_together(tmp_path: Path) -> None:
    file = tmp_path / "census"
    own = Census.create(file, 2)
    other = Census.shared(file, 1)
    one, two = Guessing(2, own), Guessing(2, other)
    assert one.guess("a")
    assert two.guess("b")
    assert one.guesses.are_spent(HERE)
    assert not one.guess("c")
    two.clock.advance(MEMORY_S)
    assert one.guess("c")
    own.close()
    other.close()
