"""Values that the server gave and the client said again."""

import pytest

from tests.load.recordings import talk
from wswarm.load.given import given, is_random, taken


def found(*lines: str, known: tuple[str, ...] = ()) -> list[tuple[str, str, int]]:
    return [(one.name, one.text, one.sent_from) for one in given(talk(*lines), known)]


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (('< {"type":"hi","session_id":"q9Zk31xa"}', '> {"join":"q9Zk31xa"}'), ("session_id", "q9Zk31xa", 0)),
        (('< 40{"sid":"qqAbCdef12_x"}', '> 42["join",{"sid":"qqAbCdef12_x"}]'), ("sid", "qqAbCdef12_x", 0)),
        (('< {"user":{"id":12345678}}', '> {"me":12345678}'), ("user_id", "12345678", 0)),
        (('< {"users":[{"key":"abcdef"}]}', "> abcdef"), ("key", "abcdef", 0)),
        (("< CONNECTED\nsession:s-8f3a\n\n\0", "> SUBSCRIBE\nid:s-8f3a\n\n\0"), ("session", "s-8f3a", 0)),
        (('< {"next":"/join?ticket=8f3a9c21bb&x=1"}', '> {"t":"8f3a9c21bb"}'), ("ticket", "8f3a9c21bb", 0)),
        (("< code 8f3a9c21.", "> 8f3a9c21"), ("", "8f3a9c21", 0)),
    ],
)
def test_a_value_that_comes_back_is_found_and_can_be_taken(
    lines: tuple[str, str], value: tuple[str, str, int]
) -> None:
    assert found(*lines) == [value]
    (one,) = given(talk(*lines), ())
    assert taken(lines[0][2:].encode(), one.source) == value[1]


@pytest.mark.parametrize(
    "lines",
    [
        ("> a q9Zk31xa", "< q9Zk31xa", "> again q9Zk31xa"),  # the client's own
        ('< {"id":"q9Zk31xa"}', "> xq9Zk31xay"),  # within a longer word
        ('> {"id":"q9Zk31xa"}', '< {"id":"q9Zk31xa"}'),  # not said again
        ('< {"text":"hello there"}', "> hello there"),  # nobody's secret
        ('< {"id":"a1b2c"}', "> a1b2c"),  # too short
        ("< hello world", "> hello world"),
    ],
)
def test_what_the_client_could_have_known_is_no_value_of_the_server_s(lines: tuple[str, ...]) -> None:
    assert found(*lines) == []


def test_what_stood_in_the_address_is_not_the_server_s() -> None:
    assert found('< {"id":"q9Zk31xa"}', "> q9Zk31xa", known=("ws://h/q9Zk31xa",)) == []


def test_a_value_comes_from_the_first_message_that_has_it() -> None:
    lines = ('< {"id":"q9Zk31xa"}', '< {"id":"q9Zk31xa"}', "> q9Zk31xa")
    assert found(*lines) == [("id", "q9Zk31xa", 0)]


def test_a_value_is_taken_from_the_message_of_its_kind_and_rank() -> None:
    lines = ('< {"type":"n","nonce":"aaaa11111"}', "< x", '< {"type":"n","nonce":"bbbb22222"}', "> bbbb22222")
    (one,) = given(talk(*lines), ())
    assert (one.source.kind, one.source.rank) == ("type=n", 1)


def test_a_value_is_taken_where_it_stands_though_its_surroundings_differ() -> None:
    (one,) = given(talk("< user 17 has ticket=8f3a9c21bb;", "> 8f3a9c21bb"), ())
    assert taken(b"user 1234 has ticket=zz99;", one.source) == "zz99"
    assert taken(b"nothing of the sort", one.source) is None


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("q9Zk31xa", True),
        ("550e8400-e29b-41d4-a716-446655440000", True),
        ("1795946400", True),
        ("AbCdEfGhIjKlMnOp", True),
        ("hello", False),
        ("general", False),
        ("subscribe", False),
        ("phx_reply_to_all", False),
        ("two words 12345", False),
    ],
)
def test_what_nobody_chose_looks_so(text: str, is_it: bool) -> None:
    assert is_random(text) is is_it
