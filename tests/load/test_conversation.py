"""What is said and waited for before the load, step by step."""

import json

import pytest

from wswarm.errors import PlanError
from wswarm.load.conversation import Conversation
from wswarm.load.plan import make_plan
from wswarm.load.steps import Step
from wswarm.load.template import Opening


def conversation(*steps: tuple[str, str], **values: str) -> Conversation:
    """Return a conversation of these steps."""
    plan = make_plan("echo", "ws://host:1", steps=steps)
    return Conversation(plan.steps, dict(values))


def said(text: str) -> list[Opening]:
    """Return a text that is said."""
    return [Opening(text.encode())]


def test_what_stands_first_is_said_at_once_and_the_rest_waits() -> None:
    talk = conversation(("say", "hello {id}"), ("expect", "welcome"), ("say", "join"), id="7")
    assert talk.go_on() == said("hello 7")
    assert not talk.is_over
    assert talk.hear(b"you are welcome") == said("join")
    assert talk.is_over


def test_a_binary_message_is_said_as_one() -> None:
    assert conversation(("say-binary", "a"), ("expect", "b")).go_on() == [Opening(b"a", is_binary=True)]


def test_what_does_not_match_is_skipped_and_counted() -> None:
    talk = conversation(("expect", "ready"))
    assert talk.hear(b"noise") == talk.hear(b"more") == []
    assert (talk.skipped, talk.step, talk.is_over) == (2, 1, False)


def test_a_value_that_is_taken_fills_what_is_said_after_it() -> None:
    talk = conversation(
        ("expect", '{"type":"hello"}'),
        ("take", "sid=$.data[0].id"),
        ("say", "{sid} {other}"),
        ("expect", "x"),
    )
    assert talk.hear(b'{"type":"hello","data":[{"id":42}]}') == said("42 {other}")
    assert talk.values["sid"] == "42"


@pytest.mark.parametrize(
    ("where", "message", "value"),
    [
        ("$.a", '{"a":"x"}', "x"),
        ("$['a b'].c", '{"a b":{"c":true}}', "true"),
        ("$[1]", "[1,2]", "2"),
        ("$[-1].k", '[{"k":1},{"k":null}]', "null"),
        ("$", '{"a":[1]}', '{"a":[1]}'),
        ("$.sid", '0{"sid":"behind a protocol\'s prefix"}', "behind a protocol's prefix"),
        ("session:(.+)", "CONNECTED\nsession:abc", "abc"),
        ("$.a[0]", '{"a":"no list"}', None),
        ("$.b", '{"a":1}', None),
        ("$.a", "no JSON", None),
    ],
)
def test_a_value_is_taken_by_its_place_or_by_an_expression(
    where: str, message: str, value: str | None
) -> None:
    talk = conversation(("expect", "/./"), ("take", f"v={where}"))
    talk.hear(message.encode())
    assert talk.values.get("v") == value
    assert talk.failure == (None if value is not None else "no v in the message")


@pytest.mark.parametrize(
    ("pattern", "message", "is_found"),
    [
        ("part", b"a party", True),
        ("/^a.c$/", b"abc", True),
        ("/^a.c$/", b"abcd", False),
        ("/a.b/", b"a\nb", True),
        ('{"a":1}', b'{"b":2,"a":1}', True),
        ('{"a":1}', b'{"a":1.5}', False),
        ('{"a":true}', b'{"a":1}', False),
        ('{"a":{"b":[2]}}', b'{"a":{"b":[1,2,3],"c":0}}', True),
        ('{"sid":"x"}', b'40{"sid":"x"}', True),
        ('{"error":{}}', b'{"error":"text"}', False),
        ("\u20ac", "5 \u20ac".encode(), True),
        ("x", b"\xff\xfex", True),
    ],
)
def test_a_message_matches_by_text_expression_or_json(pattern: str, message: bytes, is_found: bool) -> None:
    talk = conversation(("expect", pattern))
    talk.hear(message)
    assert talk.is_over is is_found


def test_values_stand_for_themselves_in_every_kind_of_pattern() -> None:
    for pattern, message in (
        ("{v}!", "a.b(!"),
        ("/^{v}$/", "a.b("),
        ('{"k":"{v}"}', json.dumps({"k": "a.b("})),
    ):
        talk = conversation(("expect", pattern), v="a.b(")
        talk.hear(message.replace("a.b", "axb").encode())
        assert not talk.is_over
        talk.hear(message.encode())
        assert talk.is_over
    talk = conversation(("expect", '{"k":"{v}"}'), v='"\n')
    talk.hear(json.dumps({"k": '"\n'}).encode())
    assert talk.is_over


@pytest.mark.parametrize("value", ['a"b', "a\nb", "{a}", '{"a":1}', "/a+/", "/", "\\", "g\u00fc"])
@pytest.mark.parametrize("pattern", ["{v}", "{v}{v}", "{v} and {v}"])
def test_no_value_makes_a_text_json_or_an_expression(pattern: str, value: str) -> None:
    talk = conversation(("expect", pattern), v=value)
    talk.hear(b"0 {} a n b {v}")
    assert not talk.is_over
    talk.hear(f"<{pattern.replace('{v}', value)}>\n{{".encode())
    assert talk.is_over


def test_a_name_that_nobody_knows_is_text() -> None:
    for name in ("{name}", "{user-id}"):
        talk = conversation(("expect", name))
        talk.hear(f"a {name}".encode())
        assert talk.is_over


def test_a_value_that_is_not_utf_8_harms_no_pattern() -> None:
    talk = conversation(("expect", '{"k":"{v}"}'), v="v", other="\udcff")
    talk.hear(b'{"k":"v"}')
    assert talk.is_over


def test_each_message_of_a_frame_may_be_what_one_step_waits_for() -> None:
    for end in ("\x1e", "\n"):
        talk = conversation(("expect", "welcome"), ("expect", "ready"))
        talk.hear(f"noise{end}welcome{end}ready{end}mark{end}".encode())
        assert (talk.is_over, talk.skipped, talk.rest) == (True, 1, [b"mark"])


def test_nothing_in_a_frame_answers_what_is_said_because_of_it() -> None:
    talk = conversation(("expect", "a"), ("say", "b"), ("expect", "c"))
    assert talk.hear(b"a\nc") == said("b")
    assert not talk.is_over
    talk.hear(b"c")
    assert talk.is_over


def test_a_pattern_over_several_lines_finds_the_whole_frame() -> None:
    talk = conversation(("expect", "/CONNECTED.*session:1/"), ("take", "s=session:(.)"))
    talk.hear(b"CONNECTED\nversion:1.2\nsession:1\n\n\0")
    assert talk.values["s"] == "1"


def test_json_over_several_lines_is_one_message() -> None:
    talk = conversation(("expect", '{"a":1}'))
    talk.hear(b'{\n  "a": 1\n}')
    assert talk.is_over


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([("take", "a=$.b")], "put --expect before it"),
        ([("expect", "x"), ("take", "a")], "write NAME=$.json.path or NAME=REGEX"),
        ([("expect", "x"), ("take", "id=$.a")], "is a name of ours"),
        ([("expect", "x"), ("take", "a=$.b..c")], "'..c'"),
        ([("expect", "x"), ("take", "a=no group")], "0 groups"),
        ([("expect", "x"), ("take", "a=(")], "not a regular expression"),
        ([("expect", "/(/")], "not a regular expression"),
        ([("expect", '{"a":}')], "not JSON"),
        ([("expect", "")], "matches every message"),
        ([("shout", "x")], "shout"),
        ([("say", "\udcff")], "--say-binary"),
    ],
)
def test_a_step_that_can_not_be_is_named_with_its_mend(steps: list[tuple[str, str]], words: str) -> None:
    with pytest.raises(PlanError, match=r".") as raised:
        make_plan("echo", "ws://host:1", steps=steps)
    assert words in str(raised.value)


def test_steps_read_from_a_stored_plan_are_the_same() -> None:
    assert make_plan("echo", "ws://host:1", steps=[["say", "a"]]).steps == (Step("say", "a"),)


def test_json_may_have_names_where_numbers_stand() -> None:
    assert make_plan("echo", "ws://host:1", json='{"n":{column},"id":{id},"text":"{marker}"}').json
    with pytest.raises(PlanError, match="not JSON"):
        make_plan("echo", "ws://host:1", json='{"n":{a b},"text":"{marker}"}')
