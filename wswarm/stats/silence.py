"""Why nothing was measured: the likeliest reason first, from what came instead."""

from dataclasses import dataclass

from wswarm.results.run import Scenario
from wswarm.results.scenario import BROADCASTS

_LETTER_BY_LETTER = (
    "our marker has to come back letter by letter: send it in a field that is left alone (--text, --json)"
)
_ANSWERED = 0.9  # of the messages; then what came is taken for answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """What there was instead of a measured message.

    Attributes:
        hung_up: How the connections ended if those that had to receive or to send were all closed, else "".
        refused: That requests which publish were all refused, and what to do; else "".
        sent: Messages sent in the hold. `unmarked`: messages without our marker that came meanwhile; `extra`: with
            it, and owed to nobody.
        never_sent: How many of those with it name what was never sent.
        altered: Whether one of them held our text, changed; `is_foreign`: the sample that of another run.
        sample: One of them, "" if there is none.
        is_by_http: Whether requests publish.
    """

    hung_up: str = ""
    refused: str = ""
    is_by_http: bool = False
    sent: int | None = None
    unmarked: int = 0
    extra: int = 0
    never_sent: int = 0
    altered: bool = False
    is_foreign: bool = False
    sample: str = ""


def likely_reason(scenario: Scenario, seen: Instead) -> str:
    """Return why no marked message arrived, and what to do."""
    if seen.refused:
        return seen.refused
    if seen.altered:
        return f"the target changes the text: {_came(seen)}; {_LETTER_BY_LETTER}"
    if seen.is_foreign:
        return (
            f"{_came(seen)}, with the marker of another run: does another run load the target now, or does it"
            " replay what was said before? None came with ours"
        )
    if seen.unmarked:
        return f"{_came(seen)}, none with our marker; {_elsewhere(scenario)}"
    if 2 * seen.never_sent > seen.extra:
        return (
            f"the target changes the text: {seen.never_sent:,} messages came with our marker, and a number or"
            f" moment in it that was never sent; {_LETTER_BY_LETTER}"
        )
    if seen.extra:
        return f"{seen.extra:,} messages came with our marker, but to connections that nobody owed them to"
    if seen.is_by_http:
        return (
            "no marked message came; does the service pass on what is published there, to where -c listens?"
        )
    if scenario in BROADCASTS:
        return (
            "no marked message came back; does the target relay what a client sends to the others?"
            " Publishers use the same address as subscribers, unless --publisher-url or --publish names another."
            " The reference application relays with --profile chat"
        )
    return "no message came back; does the target answer each message with its text?"


def _came(seen: Instead) -> str:
    count = f"{seen.unmarked:,} message{'' if seen.unmarked == 1 else 's'} came"
    if seen.sent and seen.unmarked >= _ANSWERED * seen.sent:
        count += f" for the {seen.sent:,} that were sent"
    return f"{count}, such as {seen.sample}" if seen.sample else count


def _elsewhere(scenario: Scenario) -> str:
    if scenario in BROADCASTS:
        return (
            "does the target relay the message whole? Say it as the service wants it, with --text or --json"
        )
    return (
        "the target answers with something else: put {marker} where it is sent back, with --text or --json"
        " ({marker:int}, if that has to be a whole number), and say what it needs first with --on-open"
    )
