"""Names in braces and what they stand for."""

import pytest

from wswarm.load.fill import fill, fill_address, fill_bytes, names_in, variables_in

VALUES = {"id": "7", "user": "a b&c", "$TOKEN": "t/1", "TOKEN": "column"}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{id}", "7"),
        ("${TOKEN} {TOKEN}", "t/1 column"),
        ("subscription{said}", "subscription{said}"),
        ('{"a":{"b":{id}}}', '{"a":{"b":7}}'),
        ("${UNSET} {marker} {marker:int} {}", "${UNSET} {marker} {marker:int} {}"),
        ("{{id}}", "{7}"),
        ("$${id}", "$$7"),
    ],
)
def test_known_names_are_replaced_and_all_else_stays(template: str, filled: str) -> None:
    assert fill(template, VALUES) == filled
    assert fill_bytes(template.encode(), VALUES) == filled.encode()


def test_bytes_that_are_no_text_stay() -> None:
    assert fill_bytes(b"\xff{id}\xfe{\xff}", VALUES) == b"\xff7\xfe{\xff}"


def test_a_value_can_not_change_what_is_path_and_what_query() -> None:
    assert fill_address("ws://h/{user}?a={user}&t=${TOKEN}", VALUES) == "ws://h/a%20b%26c?a=a%20b%26c&t=t/1"


def test_variables_and_names_are_told_apart() -> None:
    assert list(variables_in("${A} {b} $C ${d_1} ${not a name}")) == ["A", "d_1"]
    assert list(names_in("${A} {b} {c}")) == ["b", "c"]
