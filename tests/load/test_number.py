"""Marks that are whole numbers: exact where they come back, and never taken for another."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.load.test_plan import URL, refusal
from tests.stats.made import ints
from wswarm.load.marker import prefix_for
from wswarm.load.message import payload_for
from wswarm.load.number import (
    INDEXES,
    NUMBER_SIZE,
    finder,
    is_altered_number,
    nonce_for,
    numbers_in,
    write_index,
)
from wswarm.load.numbers import read_indexes, write_indexes
from wswarm.load.plan import make_plan

NONCE = nonce_for(prefix_for(4_567))
NUMBERS = finder(NONCE)
ONE, TWO = NONCE + write_index(0, 5), NONCE + write_index(1, 5)
INDEX = st.integers(0, INDEXES - 1)
SALT = st.integers(0, 1 << 62)
NEAR = 100_000_000  # more messages than one run of the open model sends


@given(st.lists(INDEX), SALT)
def test_what_was_written_is_read(indexes: list[int], salt: int) -> None:
    written = write_indexes(ints(indexes), salt)
    assert written == [write_index(index, salt) for index in indexes]
    assert read_indexes(b"".join(NONCE + one for one in written), salt).tolist() == indexes


@given(INDEX, SALT, st.integers(0, (1 << 32) - 1))
def test_every_number_has_16_digits_and_comes_back_from_a_float_as_it_was(
    index: int, salt: int, nonce: int
) -> None:
    number = nonce_for(prefix_for(nonce)) + write_index(index, salt)
    assert len(number) == NUMBER_SIZE
    assert 3 * 10**15 <= int(number) < 2**53
    assert int(float(number)) == int(number)


@given(INDEX, SALT, st.integers(0, 10), st.integers(1, 9))
def test_a_number_with_one_digit_wrong_is_none_of_a_message_nearby(
    index: int, salt: int, place: int, by: int
) -> None:
    digits = bytearray(write_index(index, salt))
    digits[place] = ord("0") + (digits[place] - ord("0") + by) % 10
    [read] = read_indexes(NONCE + bytes(digits), salt).tolist()
    assert min((read - index) % INDEXES, (index - read) % INDEXES) > NEAR


@given(INDEX, SALT, st.integers(0, 9))
def test_a_number_with_two_digits_swapped_is_none_of_a_message_nearby(
    index: int, salt: int, place: int
) -> None:
    digits = write_index(index, salt)
    swapped = digits[:place] + digits[place : place + 2][::-1] + digits[place + 2 :]
    [read] = read_indexes(NONCE + swapped, salt).tolist()
    assert swapped == digits or min((read - index) % INDEXES, (index - read) % INDEXES) > NEAR


def test_there_is_no_number_for_a_message_too_many() -> None:
    with pytest.raises(OverflowError):
        write_index(INDEXES, 0)


@pytest.mark.parametrize(
    "around",
    [
        b"%s",
        b'{"id":%s}',
        b'{"id":"%s"}',
        b"[1,%s,2]",
        b"%s.0",
        b"%s.",
        b"id-%s",
        b"room1-%s",
        b"req%s",
        b"%s-1",
        b"+%s",
        "é-%s".encode(),
        b"\xff%s\x00",
    ],
)
def test_a_number_is_found_wherever_it_is_that_number(around: bytes) -> None:
    assert numbers_in(around.replace(b"%s", ONE), NUMBERS, 1) == [ONE]


@pytest.mark.parametrize(
    "around",
    [
        *(b"1%s", b"%s1", b"-%s", b'{"id":-%s}', b"[1,-%s]"),
        *(b"0.%s", b"%s.5", b"%s.05", b"%se3", b"%s.0E+3", b"1e%s", b"1E-%s"),
    ],
)
def test_a_number_that_is_part_of_another_is_none(around: bytes) -> None:
    assert numbers_in(around.replace(b"%s", ONE), NUMBERS, 1) == []


@pytest.mark.parametrize("other", [b"1796000000000000", b"1796000000000", b"1234567890123456789", ONE[:15]])
def test_times_and_other_numbers_are_none(other: bytes) -> None:
    assert numbers_in(b'{"id":%b}' % other, NUMBERS, 1) == []


def test_numbers_of_a_batch_are_found_in_order_and_copies_of_a_template_count_once() -> None:
    batch = b"[%b,%b,%b,%b]" % (ONE, ONE, TWO, ONE)
    assert numbers_in(batch, NUMBERS, 1) == [ONE, ONE, TWO, ONE]
    assert numbers_in(batch, NUMBERS, 2) == [ONE, TWO, ONE]


@given(
    st.lists(
        st.integers(-(10**18), 10**18)
        | st.sampled_from([int(ONE), -int(ONE), float(ONE)])
        | st.floats(allow_nan=False)
    )
)
def test_in_json_the_numbers_found_are_those_of_that_value(values: list[float]) -> None:
    found = numbers_in(json.dumps(values).encode(), NUMBERS, 1)
    low, high = int(NONCE) * INDEXES, (int(NONCE) + 1) * INDEXES
    assert [int(one) for one in found] == [
        int(value) for value in values if low <= value < high and value % 1 == 0
    ]


@pytest.mark.parametrize(
    "changed",
    [
        ONE[:12],
        ONE + b"0",
        ONE[::-1],
        b"-" + ONE,
        ONE[:1] + b"." + ONE[1:] + b"e+15",
        ONE[:1] + b"," + ONE[1:4] + b"," + ONE[4:],
    ],
)
def test_a_changed_number_is_known_as_such(changed: bytes) -> None:
    assert is_altered_number(b'{"id":"%b"}' % changed, NONCE)


def test_other_answers_are_not_taken_for_changed_ones() -> None:
    assert not is_altered_number(b'{"code":2,"at":1796000000000000,"msg":"id must be a number"}', NONCE)


def test_a_message_holds_the_number_where_its_template_says() -> None:
    parts = payload_for(
        b'[{"id":{marker:int}},{marker:int},{id}]', {"id": "7"}, prefix_for(4_567), None
    ).parts
    assert ONE[5:].join(parts) == b'[{"id":%b},%b,7]' % (ONE, ONE)


@pytest.mark.parametrize(
    "options",
    [
        {"json": '{"id":{marker:int},"n":{id}}'},
        {"json": '{"id":"{marker:int}"}'},
        {"text": "say {marker:int} {marker:int}"},
        {"text": "{id}-{marker:int}", "closed": True, "rate": None},
        {"text": b"\x93{marker:int}"},
    ],
)
def test_an_echo_takes_numbers_in_any_template(options: dict[str, str]) -> None:
    assert make_plan("echo", URL, **options).is_numeric


@pytest.mark.parametrize(
    ("scenario", "options", "mend"),
    [
        ("fanout", {"text": "{marker:int}"}, "write {marker}, or leave fanout out"),
        ("echo", {"text": "{marker} {marker:int}"}, "use one of them"),
        ("echo", {"text": "{marker:int}", "size": 100}, "leave out --size 100"),
        ("echo", {"text": "{marker:int}{marker:int}"}, "put something between"),
        ("echo", {"text": "{id}{marker:int}"}, "put something between"),
        ("echo", {"text": "0.{marker:int}"}, "put something between"),
        ("echo", {"json": '{"id":-{marker:int}}'}, "put something between"),
        ("echo", {"json": '{"id":{marker:int}'}, "is not JSON"),
    ],
)
def test_a_number_that_could_not_be_found_again_is_refused_with_the_mend(
    scenario: str, options: dict[str, object], mend: str
) -> None:
    assert mend in refusal(scenario, **options)


def test_loads_of_one_run_have_other_numbers() -> None:
    written = np.array([write_indexes(ints([0, 1, 2]), salt) for salt in (1_000, 2_000)])
    assert not set(written[0]) & set(written[1])
