"""Why nothing was measured: changed text, other answers, and silence are told apart."""

import pytest

from wswarm.results.run import Scenario
from wswarm.stats.silence import Instead, likely_reason

CASES: dict[str, tuple[Scenario, Instead, str, str]] = {
    "silence": ("echo", Instead(sent=100), "no message came back", "does the target answer"),
    "no relay": ("fanout", Instead(sent=100), "no marked message came back", "does the target relay"),
    "changed text": (
        "echo",
        Instead(sent=100, unmarked=100, altered=True, sample='"WSWARM0F"'),
        'the target changes the text: 100 messages came for the 100 that were sent, such as "WSWARM0F"',
        "letter by letter",
    ),
    "an error for each": (
        "echo",
        Instead(sent=90, unmarked=90, sample='"{"code":2}"'),
        '90 messages came for the 90 that were sent, such as "{"code":2}", none with our marker',
        "put {marker} where it is sent back",
    ),
    "something else": (
        "fanout",
        Instead(sent=40, unmarked=3, sample='"ping"'),
        '3 messages came, such as "ping", none with our marker',
        "does the target relay the message whole",
    ),
    "published by HTTP and swallowed": (
        "fanout",
        Instead(sent=100, is_by_http=True),
        "no marked message came",
        "does the service pass on what is published there",
    ),
    "every request refused": (
        "fanout",
        Instead(
            sent=10, unmarked=3, refused="every request to publish failed: 401 (10); give --publish-header"
        ),
        "every request to publish failed: 401 (10)",
        "give --publish-header",
    ),
    "marks changed": (
        "echo",
        Instead(sent=10, extra=10, never_sent=10),
        "the target changes the text: 10 messages came with our marker, and a number or moment",
        "letter by letter",
    ),
    "another run's messages": (
        "fanout",
        Instead(sent=10, unmarked=3, is_foreign=True, sample='"wswarm0…"'),
        '3 messages came, such as "wswarm0…", with the marker of another run',
        "replay what was said before",
    ),
    "other connections' messages": (
        "echo",
        Instead(sent=10, extra=90),
        "90 messages came with our marker",
        "nobody",
    ),
}


@pytest.mark.parametrize(("scenario", "seen", "why", "mend"), CASES.values(), ids=list(CASES))
def test_the_likely_reason_comes_from_what_came_instead(
    scenario: Scenario, seen: Instead, why: str, mend: str
) -> None:
    reason = likely_reason(scenario, seen)
    assert reason.startswith(why)
    assert mend in reason
