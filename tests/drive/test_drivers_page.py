"""docs/drivers.md shows the table of `rfc`: `python -m tests.drive.test_drivers_page` writes it there."""

from pathlib import Path

from tests.drive.rfc import ANSWERS, SENT, Answer, Sent

PAGE = Path(__file__).parents[2] / "docs" / "drivers.md"
BEGIN, END = "<!-- the table of tests/drive/rfc.py -->\n", "<!-- its end -->\n"


def of_answer(case: Answer) -> str:
    """Return the row of an answer."""
    outcome = "opens" if case.outcome == "opens" else f"`{case.outcome}`"
    offer = f" (offered: {', '.join(case.subprotocols)})" if case.subprotocols else ""
    picows = "refused at the start" if case.needs_deflate else outcome
    return f"| {case.title}{offer} | {picows} | {outcome} |\n"


def of_sent(case: Sent) -> str:
    """Return the row of what was sent."""
    if case.code is None:
        taken = len(case.messages)
        return f"| {case.title} | goes on, {taken} message{'' if taken == 1 else 's'} taken |\n"
    if case.ended is not None:
        return f"| {case.title} | the target's close is answered and counted: `{case.ended.strip()}` |\n"
    before = "the message is taken, then " if case.messages else ""
    return f"| {case.title} | {before}we close with {case.code} |\n"


def table() -> str:
    """Return both tables as Markdown."""
    answers = "| the target answers | picows | websockets |\n|---|---|---|\n" + "".join(
        map(of_answer, ANSWERS)
    )
    sent = "| the target sends | both drivers |\n|---|---|\n" + "".join(map(of_sent, SENT))
    return f"{BEGIN}\n{answers}\n{sent}\n{END}"


def test_the_page_shows_the_table_that_the_drivers_are_held_to() -> None:
    assert table() in PAGE.read_text()


if __name__ == "__main__":
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + table() + rest.partition(END)[2])
