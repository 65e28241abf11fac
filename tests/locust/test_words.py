"""The remedies that the engine names are options that Locust takes."""

import pytest

from wswarm.locust.words import in_locusts_words
from wswarm.stats.silence import Instead, likely_reason


@pytest.mark.parametrize(
    ("ours", "locusts"),
    [
        ("lower --rate or use more --processes", "lower --ws-rate or use more workers"),
        ("lower -c or --connect-rate", "lower -u or -r"),
        ("--slo 'p99' is not an objective", "--ws-fail 'p99' is not an objective"),
        ("choose another place with -o DIR", "choose another place with --ws-report DIR"),
        ("use wss://h/, or --follow", "use wss://h/, or follow in the class's settings"),
        ("give credentials (-H, --cookie)", "give credentials in the class's settings"),
        (
            "check the path, credentials (-H, --cookie) and --origin",
            "check the path, credentials and origin in the class's settings",
        ),
        ("offer it with --subprotocol mqtt", "offer it in subprotocols of the class's settings: mqtt"),
        ("--ws-rate and --rates stay", "--ws-rate and --rates stay"),
    ],
)
def test_options_are_named_as_locust_takes_them(ours: str, locusts: str) -> None:
    assert in_locusts_words(ours) == locusts


def test_whole_numbers_as_marks_are_not_offered_where_they_are_refused() -> None:
    reason = in_locusts_words(likely_reason("echo", Instead(sent=1, unmarked=1)))
    assert "{marker:int}" not in reason
    assert "--ws-text or --json (as text: " in reason
