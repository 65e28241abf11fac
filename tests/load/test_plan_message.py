"""What a plan's messages may be."""

from typing import Any

import msgspec
import pytest

from tests.load.test_plan import URL, refusal
from wswarm.load.plan import make_plan
from wswarm.load.template import Binary, Opening

MARKER_BYTES = 46


@pytest.mark.parametrize("options", [{"text": "hello"}, {"text": ""}, {"json": '{"a":1}'}, {"text": "{id}"}])
def test_a_message_without_a_place_for_the_marker_is_refused(options: dict[str, str]) -> None:
    message = refusal("echo", **options)
    assert repr(next(iter(options.values()))) in message
    assert "put it where the receiver relays it" in message


def test_text_and_json_together_are_refused() -> None:
    assert "use one" in refusal("echo", text="{marker}", json='"{marker}"')


@pytest.mark.parametrize(
    "json", ['{"a":{marker}}', "{marker}", '{"a":"{marker}"', "[" * 100_000 + "{marker}"]
)
def test_a_json_template_that_is_not_json_is_refused(json: str) -> None:
    assert f"--json {json!r} is not JSON" in refusal("echo", json=json)


@pytest.mark.parametrize(
    ("json", "is_told"), [('{"a":{marker}}', True), ("{marker}", True), ('{"a":"{marker}"', False)]
)
def test_a_marker_without_quotes_is_told_apart_from_other_broken_json(json: str, is_told: bool) -> None:
    assert ("put {marker} into double quotes" in refusal("echo", json=json)) == is_told


@pytest.mark.parametrize("json", ['"{marker}"', '{"text":"{marker}"}', '{"id":{id},"{marker}":[{id}]}'])
def test_a_json_template_may_hold_the_marker_in_any_string(json: str) -> None:
    assert make_plan("echo", URL, json=json).template == json.encode()


def test_a_text_template_needs_no_format_of_its_own() -> None:
    assert make_plan("echo", URL, text="{} {0} {marker} %s").template == b"{} {0} {marker} %s"


@pytest.mark.parametrize("broken", ["\udcff{marker}", "{marker}\udc80"])
def test_a_template_that_is_not_utf_8_is_refused_for_text_frames_with_the_mend(broken: str) -> None:
    message = refusal("echo", text=broken)
    assert "is not valid UTF-8 at byte" in message
    assert "add --binary" in message


def test_an_opening_message_that_is_not_utf_8_is_refused_with_the_mend() -> None:
    message = refusal("echo", on_open=["hi \udcff"])
    assert "is not valid UTF-8 at byte 4 (\\xff)" in message
    assert "--on-open-binary" in message


def test_half_of_a_surrogate_pair_is_no_text() -> None:
    assert "a surrogate stands at 9" in refusal("echo", text="{marker}\ud800", binary=True)


@pytest.mark.parametrize("text", [b"\x82\xa1t\xa3{marker}", "\udc82\udca1t\udca3{marker}"])
def test_bytes_are_the_message_wherever_they_come_from(text: str | bytes) -> None:
    plan = make_plan("echo", URL, text=text, binary=True)
    assert plan.template == b"\x82\xa1t\xa3{marker}"
    assert (plan.text, plan.escape) == (r"\x82\xa1t\xa3{marker}", True)


def test_bytes_go_out_as_binary_frames_unless_told_otherwise() -> None:
    assert make_plan("echo", URL, text=b"\x01{marker}").binary
    assert not make_plan("echo", URL, text=b"\x01{marker}", binary=False).binary
    assert "add --binary" in refusal("echo", text=b"\xff{marker}", binary=False)


def test_a_plan_of_bytes_can_be_stored_and_made_again() -> None:
    plan = make_plan("echo", URL, text=bytes(range(256)) + b"{marker}", on_open=[b"\\\xff", "caf\u00e9 \\n"])
    again = msgspec.json.decode(msgspec.json.encode(plan))
    assert make_plan(again.pop("scenario"), again.pop("url"), **again) == plan
    assert plan.openings == (Opening(b"\\\xff", is_binary=True), Opening("caf\u00e9 \\n".encode()))


def test_escapes_are_read_in_text_and_opening_messages_and_not_in_json() -> None:
    plan = make_plan(
        "echo", URL, escape=True, text=r"SEND\n\n{marker}\0", on_open=[r"a\x1e", Binary(r"\x10\x0c")]
    )
    assert plan.template == b"SEND\n\n{marker}\0"
    assert plan.openings == (Opening(b"a\x1e"), Opening(b"\x10\x0c", is_binary=True))
    assert make_plan("echo", URL, escape=True, json=r'"{marker}\n"').template == rb'"{marker}\n"'


def test_without_escape_a_backslash_is_a_backslash() -> None:
    assert make_plan("echo", URL, text=r"{marker}\0").template == rb"{marker}\0"


@pytest.mark.parametrize("options", [{"text": 5}, {"on_open": [5]}])
def test_what_is_neither_text_nor_bytes_is_refused_by_name(options: dict[str, Any]) -> None:
    assert next(iter(options)).replace("_", "-") in refusal("echo", **options)


@pytest.mark.parametrize(
    ("text", "least"),
    [(None, MARKER_BYTES), ("say {marker}", MARKER_BYTES + 4), ("\u00e9\u20ac{marker}", MARKER_BYTES + 5)],
)
def test_a_size_below_the_message_itself_is_refused_with_the_least(text: str | None, least: int) -> None:
    assert f"--size {least - 1} is too small: the message with its marker takes {least} bytes" in refusal(
        "echo", text=text, size=least - 1
    )
    assert make_plan("echo", URL, text=text, size=least).size == least


def test_the_least_size_counts_the_longest_number_of_a_connection() -> None:
    least = MARKER_BYTES + len("12345")
    assert f"takes {least} bytes" in refusal("echo", text="{id}{marker}", connections=12_345, size=least - 1)
    assert make_plan("echo", URL, text="{id}{marker}", connections=9, size=MARKER_BYTES + 1).size == 47


@pytest.mark.parametrize("scenario", ["connect", "fanout"])
def test_only_echo_has_replies_to_wait_for(scenario: str) -> None:
    assert f"leave it out of {scenario}" in refusal(scenario, closed=True)


def test_a_message_may_hold_its_marker_several_times() -> None:
    assert make_plan("echo", URL, json='{"id":"{marker}","text":"{marker}"}').template.count(b"{marker}") == 2
