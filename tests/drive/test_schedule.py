"""When messages of others were due, worked out from their paces: as those who send them have it."""

from typing import Literal

import numpy as np
import pytest

from wswarm.drive.schedule import Schedule
from wswarm.load.numbers import write_indexes
from wswarm.load.pace import Pace
from wswarm.stats.findings import pack
from wswarm.units import NS_PER_S

SALT, NONCE, START = 12_345, b"30000", 1_000 * NS_PER_S
IDS = [101, 102, 103]


def paces(arrivals: Literal["constant", "poisson"] = "constant") -> list[Pace]:
    """Return a warm-up of 10 messages and a hold of 20, by three publishers."""
    places = pack(np.arange(len(IDS)))
    one = {"group": 0, "rate": 10.0, "senders": len(IDS), "places": places, "is_anew": True}
    end = START + NS_PER_S
    return [
        Pace(at_ns=START, until_ns=end, arrivals=arrivals, seed=5, **one),
        Pace(at_ns=end, until_ns=end + 2 * NS_PER_S, first_turn=10, arrivals=arrivals, seed=5, **one),
    ]


def marks(*indexes: int) -> bytes:
    """Return the marks of messages with these numbers."""
    return b"".join(NONCE + one for one in write_indexes(np.array(indexes, np.int64), SALT))


def late(count: int) -> "np.typing.NDArray[np.int64]":
    """Return a moment after all is over, so often."""
    return np.full(count, START + 10 * NS_PER_S, np.int64)


def test_each_number_has_its_moment_and_its_publisher_in_turn() -> None:
    found, sound = Schedule(paces(), IDS, SALT).look_up(marks(0, 1, 2, 3, 10, 29), late(6))
    assert sound is None
    assert ((found.intended_ns - START) / NS_PER_S).tolist() == [0.0, 0.1, 0.2, 0.3, 1.0, 2.9]
    assert found.publisher.tolist() == [101, 102, 103, 101, 102, 103]
    assert found.sequence.tolist() == [0, 1, 2, 3, 10, 29]


def test_random_arrivals_are_as_many_and_ascend() -> None:
    found, sound = Schedule(paces("poisson"), IDS, SALT).look_up(marks(*range(30)), late(30))
    assert sound is None
    assert (np.diff(found.intended_ns) >= 0).all()
    assert np.count_nonzero(found.intended_ns < START + NS_PER_S) == 10


def test_a_number_that_was_never_sent_or_not_yet_is_none() -> None:
    received = np.array([START, START + NS_PER_S // 2, START + NS_PER_S // 2], np.int64)
    _, sound = Schedule(paces(), IDS, SALT).look_up(marks(0, 5, 30), received)
    assert sound is not None
    assert sound.tolist() == [True, True, False]
    _, sound = Schedule(paces(), IDS, SALT).look_up(marks(6), received[:1])
    assert sound is not None
    assert not sound.any()


@pytest.mark.parametrize("at_once", [1, 7, 30])
def test_it_is_the_same_however_often_one_looks(at_once: int) -> None:
    schedule = Schedule(paces(), IDS, SALT)
    seen = [
        schedule.look_up(marks(*range(low, min(low + at_once, 30))), late(min(at_once, 30 - low)))[
            0
        ].intended_ns
        for low in range(0, 30, at_once)
    ]
    whole, _ = Schedule(paces(), IDS, SALT).look_up(marks(*range(30)), late(30))
    assert np.concatenate(seen).tolist() == whole.intended_ns.tolist()
