"""What messages that nobody was owed say of the target."""

import pytest

from wswarm.results.run import Lost, Messages
from wswarm.stats import extras


def found(kinds: dict[str, int], *, lost: int = 0, owed: int = 1000) -> Messages:
    """Return the messages of a run with these extra ones."""
    return Messages(
        offered=owed,
        sent=owed,
        owed=owed,
        received=owed - lost,
        lost=Lost(silent=lost),
        duplicated=0,
        reordered=0,
        extra=sum(kinds.values()),
        extra_kinds=kinds,
        unmarked=0,
    )


def test_a_relay_to_everybody_is_guessed_from_extra_ones_with_nothing_lost() -> None:
    (told,) = extras.notices(found({extras.OF_OTHERS: 9000}))
    assert told == (
        "9,000 messages belong to other connections than those that got them:"
        " does the target relay to everybody? use fanout"
    )


def test_an_answer_to_somebody_else_is_guessed_from_as_many_lost() -> None:
    (told,) = extras.notices(found({extras.OF_OTHERS: 120}, lost=120))
    assert "120 replies are missing where they are owed: does the target answer the wrong connection?" in told


@pytest.mark.parametrize(
    ("kind", "hint"),
    [(extras.NEVER_SENT, "change what it relays?"), (extras.EARLY, "replay what was said before?")],
)
def test_each_kind_that_a_target_makes_has_its_question(kind: str, hint: str) -> None:
    (told,) = extras.notices(found({kind: 500}))
    assert told.startswith("500 messages")
    assert hint in told


def test_in_a_fan_out_what_others_sent_was_published_to_the_same_room() -> None:
    (told,) = extras.notices(found({extras.OF_OTHERS: 120}), "fanout")
    assert "does somebody else of this run publish to the same room?" in told


@pytest.mark.parametrize("kinds", [{}, {extras.EARLY: 3}, {extras.LATE: 3}])
def test_a_few_at_the_edge_of_a_connection_are_no_news(kinds: dict[str, int]) -> None:
    assert extras.notices(found(kinds)) == []


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (1, "1 message came into a room that it was not for: does"),
        (4000, "4,000 messages came into rooms that they were not for: does"),
    ],
)
def test_whatever_comes_into_another_room_is_told(amount: int, words: str) -> None:
    (told,) = extras.notices(found({extras.OTHER_ROOM: amount}, owed=1_000_000), "fanout")
    assert told.startswith(words)


def test_the_kinds_are_listed_with_the_most_first() -> None:
    assert (
        extras.listed({extras.NEVER_SENT: 3, extras.OF_OTHERS: 1200})
        == "1,200 of another connection, 3 never sent"
    )
