"""What a replay plays."""

import pytest

from tests.load.recordings import recording
from wswarm.load.placed import Placed
from wswarm.load.score import Turn, score_of

SESSION = (
    '> {"type":"login","password":"hunter2"}',
    '< {"type":"in","session":"q9Zk31xa"}',
    '> {"join":"q9Zk31xa","by":"hunter2"}',
    "< joined",
    "< more",
)


def test_secrets_and_the_server_s_values_have_places() -> None:
    score = score_of(recording(*SESSION, url="ws://h/ws?token=abc&x=1", cookies=("sid=c1",)))
    assert (score.url, score.cookies) == ("ws://h/ws?token={token}&x=1", ("sid={sid}",))
    assert [turn.parts for turn in score.turns] == [
        [b'{"type":"login","password":"', "password", b'"}'],
        [b'{"join":"', "given_session", b'","by":"', "password", b'"}'],
    ]
    assert score.secrets == {"token": "abc", "sid": "c1", "password": "hunter2"}
    assert [take.name for take in score.takes] == ["given_session"]
    assert score.where["password"] == "password in message 1"


def test_turns_and_answers_know_what_came_before_them() -> None:
    score = score_of(recording(*SESSION))
    assert [turn.after for turn in score.turns] == [0, 1]
    assert [(one.kind, one.after, one.is_first) for one in score.answers] == [
        ("type=in", 1, True),
        ("text", 2, True),
        ("text", 2, False),
    ]


def test_what_is_played_with_its_recorded_values_is_what_was_recorded() -> None:
    told = recording(*SESSION)
    score = score_of(told)
    values = score.secrets | {"given_session": "q9Zk31xa"}
    assert [turn.payload(values) for turn in score.turns] == [one.payload for one in told.sent]


def test_a_name_stands_for_one_value_and_in_no_message() -> None:
    score = score_of(recording('> {"token":"one11"}', '> {"token":"two22","x":"{token}"}'))
    assert score.secrets == {"token_2": "one11", "token_3": "two22"}


def test_a_value_is_filled_in_as_json_writes_it() -> None:
    as_json, as_text = (Turn(0, 0, False, is_json, (b'"', b'"'), ("v",)) for is_json in (True, False))
    assert as_json.payload({"v": 'a"é'}) == '"a\\"é"'.encode()
    assert as_text.payload({"v": 'a"'}) == b'"a""'


@pytest.mark.parametrize(
    ("payload", "parts"),
    [
        (b"", []),
        (b"nothing", [b"nothing"]),
        (b"one", ["a"]),
        (b"x one,onetwo two", [b"x ", "a", b",onetwo ", "b"]),
        (b'{"q":"sa\\"y"}', [b'{"q":"', "c", b'"}']),
        (b"one-two", ["d"]),
    ],
)
def test_a_payload_is_split_at_whole_values_the_longest_first(
    payload: bytes, parts: list[bytes | str]
) -> None:
    named = {"one": "a", "two": "b", 'sa"y': "c", "one-two": "d"}
    assert Turn(0, 0, False, False, *Placed(named, {}).split(payload)).parts == parts


@pytest.mark.parametrize("run", ["a1B2", "-", ".", "=", "a=", '"', "eyJ", "{", "[", "\\", " ", "é"])
def test_a_long_message_takes_no_longer_than_many_short_ones(run: str) -> None:
    """With a pattern that looks at it again from every character a third of a megabyte would take for ever."""
    size = 300_000 // len(run)
    score = score_of(recording(f"> {run * size}", f"< {run * size}", f"> {run * size}"))
    assert len(score.turns) == 2
