"""The mark as a whole number, for services whose ids are no texts: 16 decimal digits, below 2^53.

5 digits name the run, 11 the message in its load. When it was due does not fit in: its sender looks that up. The
first is 3 to 8, so that no time in µs since 1970 is taken for one until 2065, and float64 holds them all exactly.
"""

import re
from collections.abc import Iterator

from wswarm.errors import PlanError
from wswarm.load.marker import PREFIX_SIZE, firsts_of
from wswarm.results.scenario import BROADCASTS

NUMBER = b"{marker:int}"
NONCE_SIZE = 5
INDEX_SIZE = 11
NUMBER_SIZE = NONCE_SIZE + INDEX_SIZE
INDEXES = 10**INDEX_SIZE

_FIRST_NONCE, _NONCES = 30_000, 60_000
# Scatters the messages over all numbers, as multiples of the golden ratio do: a number with one digit wrong, or two
# neighbours swapped, is that of none of the 900,000,000 messages before or after it.
FACTOR = 61_803_398_877
_NAME_SIZE = 6
_BETWEEN_DIGITS = re.compile(rb"(?<=[0-9])[.,_' ](?=[0-9])")


def nonce_for(prefix: bytes) -> bytes:
    """Return the 5 digits that name the run with that marker prefix."""
    return b"%d" % (_FIRST_NONCE + int(prefix[_NAME_SIZE:PREFIX_SIZE], 16) % _NONCES)


def write_index(index: int, salt: int) -> bytes:
    """Return the 11 digits of one message.

    Raises:
        OverflowError: there are more messages than numbers.
    """
    if index >= INDEXES:
        raise OverflowError(f"message {index} has no {INDEX_SIZE} digits to name it")
    return b"%011d" % ((index * FACTOR + salt) % INDEXES)


def finder(nonce: bytes) -> "re.Pattern[bytes]":
    """Return what finds the run's numbers in a message: no part of a longer number, of a fraction or a negative one.

    A fraction of zeros after it makes no other number of it; floats are often written so.
    """
    before = rb"(?<![0-9])(?<![0-9]\.)(?<![0-9][eE])(?<![0-9][eE][+-])(?<![^0-9A-Za-z_\x80-\xff]-)(?<!\A-)"
    after = rb"(?![0-9]|\.[0-9]*[1-9]|(?:\.[0-9]+)?[eE][+-]?[0-9])"
    return re.compile(before + nonce + rb"[0-9]{11}" + after)


def numbers_in(payload: bytes, numbers: "re.Pattern[bytes]", copies: int) -> list[bytes]:
    """Return the run's numbers in a message, in order; `copies` of the same count as one."""
    return firsts_of(numbers.findall(payload), copies)


def is_altered_number(payload: bytes, nonce: bytes) -> bool:
    """Return whether the payload holds what may be one of the numbers, rounded, grouped or turned round."""
    joined = _BETWEEN_DIGITS.sub(b"", payload)
    return any(re.search(pattern, joined) for pattern in (nonce + rb"[0-9]{5}", rb"[0-9]{5}" + nonce[::-1]))


def check_number(template: bytes, shown: str, scenario: str, size: int | None) -> None:
    """Check that a message with `{marker:int}` can be found again.

    Args:
        shown: The option that gave the message, and what it gave.

    Raises:
        PlanError: it can't.
    """
    for problem in _problems(template, scenario, size):
        raise PlanError(f"{shown}: {{marker:int}} {problem}")


def _problems(template: bytes, scenario: str, size: int | None) -> Iterator[str]:
    if scenario in BROADCASTS:
        yield "works only in echo, where the sender gets the reply: write {marker}, or leave fanout out"
    if b"{marker}" in template:
        yield "and {marker} mark the same message: use one of them"
    if size is not None:
        yield f"is not padded, for dots are no digits: leave out --size {size}, and write the padding yourself"
    nonce, copies = b"%d" % _FIRST_NONCE, template.count(NUMBER)
    filled = (
        template.replace(b"{id}", b"1").replace(b"{room}", b"1").replace(NUMBER, nonce + b"1" * INDEX_SIZE)
    )
    if len(numbers_in(filled, finder(nonce), 1)) != copies:
        yield (
            "is part of another number where it stands: put something between that is no digit, point or sign"
        )
