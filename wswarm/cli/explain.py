"""`wswarm explain`: an exit code, a term or a reason, in the words of the documentation; `wswarm help`: a page."""

import argparse
import re
from collections.abc import Iterable, Iterator

from wswarm.cli import pages, reasons
from wswarm.cli.arguments import make_parser
from wswarm.cli.parser import commands_of
from wswarm.cli.plain import plain
from wswarm.cli.terminal import say, width
from wswarm.errors import PlanError
from wswarm.suggestions import did_you_mean

_MOST_BLOCKS = 3


def explain(parsed: argparse.Namespace) -> int:
    """Print what the documentation says of a code or a term, and return 0.

    Raises:
        PlanError: it says nothing.
    """
    found = explanations(" ".join(parsed.what))
    say("\n\n".join(plain(block, width()) for block in found))
    return 0


def explanations(what: str) -> list[str]:
    """Return what the documentation says of a code, a term or a reason, in Markdown.

    Raises:
        PlanError: it says nothing.
    """
    code = re.sub(r"^(?:exit |close )?(?:code )?(?=\d+$)", "", what.strip(), flags=re.IGNORECASE)
    found = list((*_of_code(code), *reasons.about(code)) if code.isdecimal() else _of_term(what))
    if not found:
        known = [*(term for terms, _ in _terms() for term in terms), *reasons.names()]
        pages_of_terms = ", ".join(
            f"'wswarm help {name}'" for name in ("vocabulary", "reasons", "exit_codes")
        )
        meant = did_you_mean(what, known) or f": see {pages_of_terms}"
        raise PlanError(f"nothing is known of {what!r}{meant}")
    return found


def show_help(parsed: argparse.Namespace) -> int:
    """Print the help of a command or a page of the documentation; without either what there is. Return 0.

    Raises:
        PlanError: there is no such.
    """
    parser = make_parser()
    commands, tutorials = commands_of(parser), pages.tutorial_names()
    names = [*pages.page_names(), *tutorials]
    topic = parsed.topic
    if topic is None:
        say(parser.format_help())
        topics = f"Topics for wswarm help: {', '.join(pages.page_names())}"
        say(plain(f"{topics}\n\nTutorials, shown likewise: {', '.join(tutorials)}", width()))
    elif topic in commands:
        say(commands[topic].format_help(), end="")
    elif topic in names:
        say(plain(pages.page(topic), width()), end="")
    else:
        meant = (
            did_you_mean(topic, [*commands, *names]) or f": topics are the commands, and {', '.join(names)}"
        )
        raise PlanError(f"no topic {topic!r}{meant}")
    return 0


def _of_code(code: str) -> Iterator[str]:
    markdown = pages.page("exit_codes")
    for cells in pages.rows(markdown):
        if cells[0] == code:
            yield f"exit code {code}: {cells[1]}"
            yield from (block for block in pages.blocks(markdown) if re.match(rf"\*\*[^*]*\b{code}\b", block))


def _of_term(what: str) -> Iterator[str]:
    term = what.lower()
    found = [f"{', '.join(terms)}: {meaning}" for terms, meaning in _terms() if term in terms]
    found += reasons.about(what)
    found += _paragraphs("method", term)
    if found:
        yield from found
        return
    for name in pages.page_names():
        if told := _paragraphs(name, term):
            yield from told
            yield f"This is from 'wswarm help {name}'."
            return


def _paragraphs(page: str, term: str) -> list[str]:
    """Return the paragraphs of a page that are about a term, else those that use it."""
    found = pages.blocks(pages.page(page))
    marked = [block for block in found if _is_marked(block, term)]
    used = [block for block in found if not block.startswith(("#", "|", "`")) and _words(term).search(block)]
    return (marked or used)[:_MOST_BLOCKS]


def _is_marked(block: str, term: str) -> bool:
    return any(_words(term).search(one) for one in re.findall(r"\*{1,2}([^*\n]+)\*{1,2}", block))


def _words(term: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(term)}\b", re.IGNORECASE)


def _terms() -> Iterable[tuple[list[str], str]]:
    """Yield the terms of each row of the vocabulary, those explained on the way among them, and what they mean."""
    for cells in pages.rows(pages.page("vocabulary")):
        inner = [one[0] or one[1] for one in re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)|`([a-z ]+)`", cells[1])]
        own = [one.strip().lower() for one in cells[0].split(",")]
        yield own + [one.lower() for one in inner if one.lower() not in own], cells[1]
