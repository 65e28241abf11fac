"""Paces whose ends are known: which message is due when, for whoever is told the pace."""

from collections.abc import Iterator

import numpy as np

from wswarm.load import turns
from wswarm.load.arrivals import given_in_all
from wswarm.load.pace import Pace
from wswarm.load.piecewise import AT_ONCE, Piecewise
from wswarm.load.turns import Dues, Int64s, Turns
from wswarm.units import NS_PER_S


def dues_of(pace: Pace, rows: Int64s, places: Int64s) -> Iterator[Dues]:
    """Yield when the pace's messages are due, in the order of their numbers; it begins anew, and its end is known.

    Args:
        rows: Who sends. `places`: theirs among all senders.
    """
    if pace.arrivals == "poisson" or pace.stages:
        return so_many(pace, rows, places)
    length_ns = pace.until_ns - pace.at_ns
    rate = pace.count * NS_PER_S / length_ns if pace.count else 0.0
    begun = Turns().begin(turns.Pace(pace.at_ns, rate, pace.senders), rows, places, pace.first_turn)
    return before(pace.until_ns, begun)


def before(until_ns: int, in_turn: Iterator[Dues]) -> Iterator[Dues]:
    """Yield the turns that are due before a moment."""
    for due_ns, rows in in_turn:
        end = int(np.searchsorted(due_ns, until_ns))
        yield Dues(due_ns[:end], rows[:end])
        if end < len(rows):
            return


def so_many(pace: Pace, rows: Int64s, places: Int64s) -> Iterator[Dues]:
    """Yield those of the pace's messages that are these rows'; all agents know of the same ones."""
    senders = max(pace.senders, int(places.max(initial=0)) + 1)
    row_at = np.full(senders, -1, np.int64)
    row_at[places] = rows
    turn = pace.first_turn
    for due_ns in instants_of(pace):
        row = row_at[(turn + np.arange(len(due_ns))) % senders]
        turn += len(due_ns)
        is_own = row >= 0
        yield Dues(pace.at_ns + due_ns[is_own], row[is_own])


def instants_of(pace: Pace) -> Iterator[Int64s]:
    """Yield when messages are due, ns from the pace's moment on, of a pace that is random or has stages."""
    seed, count = (pace.seed, pace.first_turn), pace.count or 0
    if not pace.stages:
        yield from given_in_all(pace.length_ns, count, seed)
        return
    course = pace.course
    at_random, in_turn = course.at_random(count, seed), _in_turn(course, count)
    for due_ns in at_random if pace.arrivals == "poisson" else in_turn:
        yield np.minimum(due_ns, pace.length_ns - 1)  # what is rounded up to the end is due before it


def _in_turn(course: Piecewise, count: int) -> Iterator[Int64s]:
    for first in range(0, count, AT_ONCE):
        yield course.times_of(np.arange(first, min(first + AT_ONCE, count), dtype=np.float64))
