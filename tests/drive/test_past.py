"""Connections that are gone: what is kept of them stands where it stood."""

from wswarm.drive.drivers.connection import Timing
from wswarm.drive.past import GONE, Past
from wswarm.drive.row import Row, kept_of
from wswarm.stats.findings import STILL_OPEN


def row(opened_ns: int, left_ns: int = STILL_OPEN) -> Row:
    """A row that opened then; 0: never."""
    made = Row()
    if opened_ns:
        made.timing, made.ready_ns = Timing(1, 2, 3, 4, opened_ns), opened_ns
    made.left_ns = left_ns
    return made


def test_who_is_gone_is_told_of_in_its_place() -> None:
    rows = [row(10, 11), row(0), row(30, 31), row(40), row(0, 51), row(60)]
    whole = kept_of(rows)
    past = Past()
    for number in (2, 0, 4):
        past.add(number, rows[number])
        rows[number] = GONE
    numbers, kept = past.opened(rows)
    assert numbers.tolist() == [0, 2, 3, 5]
    assert kept.tolist() == whole.tolist()


def test_before_anybody_is_gone_all_are_there() -> None:
    numbers, kept = Past().opened([row(10), row(0)])
    assert (numbers.tolist(), kept.tolist()) == ([0], kept_of([row(10)]).tolist())
