"""The part of docs/conformance.md that is made from the data."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby

from tests.target_app.conformance.chapters import TITLES, all_cases
from tests.target_app.conformance.deviations import DEVIATIONS, SAME, SANSIO, SERVERS, Deviation, deviation

MOST = 4  # words that are shown of what comes back
OWN = "DHL"  # what Autobahn has no number for


def tables() -> str:
    """How many cases there are and how many each server does otherwise, what it does, and what some cases are."""
    return "\n".join(["", *_counts(), "", *_deviations(), "", *_explained(), ""])


def _counts() -> Iterator[str]:
    yield f"| cases | in all | {' | '.join(SERVERS)} |"
    yield f"|---|---{'|---' * len(SERVERS)}|"
    for chapter, title in (*TITLES.items(), ("", "all")):
        cases = [case for case in all_cases().values() if chapter in ("", case.chapter)]
        others = (sum(_known()[server][case.number] is not None for case in cases) for server in SERVERS)
        yield f"| {chapter} {title} | {len(cases)} | {' | '.join(map(str, others))} |".replace("|  ", "| ")


def _deviations() -> Iterator[str]:
    yield "| case | server | instead | what that means |"
    yield "|---|---|---|---|"
    for known in DEVIATIONS:
        by_cases: dict[tuple[str, ...], list[str]] = {}
        for server in known.servers:
            by_cases.setdefault(tuple(covered(known, server)), []).append(server)
        for numbers, servers in by_cases.items():
            instead = ", ".join(map(_code, known.instead))
            yield f"| {ranges(numbers)} | {', '.join(servers)} | {instead} | {known.meaning} |"


def _explained() -> Iterator[str]:
    """The cases that uvicorn's own protocol does otherwise, and those that have no number of Autobahn's."""
    yield "| case | what is sent | what has to come back |"
    yield "|---|---|---|"
    for case in all_cases().values():
        if case.chapter in OWN or _known()[SANSIO][case.number]:
            back = [*case.back[:1], SAME, *case.back[-1:]] if len(case.back) > MOST else case.back
            yield f"| {case.number} | {case.title} | {', '.join(map(_code, back))} |"


@cache
def _known() -> dict[str, dict[str, Deviation | None]]:
    """What is known of each case, by server and number."""
    return {
        server: {number: deviation(server, case) for number, case in all_cases().items()}
        for server in SERVERS
    }


def covered(known: Deviation, server: str) -> Iterator[str]:
    """The numbers of the cases in which the server does this, and no deviation before it counts."""
    return (number for number, found in _known()[server].items() if found is known)


def ranges(numbers: Iterable[str]) -> str:
    """Numbers, those that follow each other by their first and last."""
    found = []
    for _, run in groupby(enumerate(numbers), _run):
        first, *rest = [number for _, number in run]
        found.append(f"{first}–{rest[-1]}" if rest else first)
    return ", ".join(found)


def _run(pair: tuple[int, str]) -> tuple[str, int]:
    """The same for numbers of a chapter that follow each other."""
    i, number = pair
    return all_cases()[number].chapter, list(all_cases()).index(number) - i


def _code(word: str) -> str:
    return word if word == SAME else f"`{word}`"
