"""What a plan's messages may be."""

import pytest

from tests.load.test_plan import URL, refusal
from wswarm.load.plan import make_plan

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


@pytest.mark.parametrize("json", ['"{marker}"', '{"text":"{marker}"}', '{"id":{id},"{marker}":[{id}]}'])
def test_a_json_template_may_hold_the_marker_in_any_string(json: str) -> None:
    assert make_plan("echo", URL, json=json).template == json


def test_a_text_template_needs_no_format_of_its_own() -> None:
    assert make_plan("echo", URL, text="{} {0} {marker} %s").template == "{} {0} {marker} %s"


@pytest.mark.parametrize("broken", ["\udcff{marker}", "{marker}\ud800"])
def test_a_template_that_is_not_utf_8_is_refused(broken: str) -> None:
    assert "not valid UTF-8" in refusal("echo", text=broken)


def test_an_opening_message_that_is_not_utf_8_is_refused() -> None:
    assert "'hi \\udcff' is not valid UTF-8" in refusal("echo", on_open=["hi \udcff"])


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
    assert make_plan("echo", URL, json='{"id":"{marker}","text":"{marker}"}').template.count("{marker}") == 2
