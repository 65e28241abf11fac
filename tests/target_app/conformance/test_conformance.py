"""Each server, case by case: what comes back is what the standard says, or what is known of the server."""

import os
from pathlib import Path

import pytest

from tests.target_app.conformance.chapters import TITLES, all_cases
from tests.target_app.conformance.deviations import DEVIATIONS, FRAMING, SANSIO, outcome
from tests.target_app.conformance.page import covered, tables
from tests.target_app.conformance.player import Player
from tests.target_app.server import Server

PAGE = Path(__file__).parents[3] / "docs" / "conformance.md"
BEGIN, END = "<!-- the tables of tests/target_app/conformance -->", "<!-- their end -->"


@pytest.mark.parametrize("chapter", TITLES, ids=lambda chapter: f"{chapter} {TITLES[chapter]}")
def test_what_comes_back_is_what_the_standard_says_but_for_known_deviations(
    any_server: tuple[str, Server], chapter: str
) -> None:
    name, server = any_server
    since = len(server.log())
    player = Player(server.port)
    otherwise = {}
    for case in all_cases().values():
        if case.chapter != chapter:
            continue
        wanted = outcome(name, case)
        found = player.play(case, wanted)
        if found != wanted:
            otherwise[f"{case.number} {case.title}"] = {"found": found, "wanted": wanted}
    player.leave()
    assert otherwise == {}
    if name == FRAMING:  # what a client does wrong is no error of ours
        assert server.errors(since) == []


def test_the_framing_protocol_deviates_nowhere_that_the_stock_one_does_not() -> None:
    for case in all_cases().values():
        assert outcome(FRAMING, case) in (case.back, outcome(SANSIO, case)), case.number


def test_each_deviation_that_is_known_is_seen_somewhere() -> None:
    for known in DEVIATIONS:
        for server in known.servers:
            assert list(covered(known, server)), known


def test_the_page_shows_the_tables() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    current = f"{before}{BEGIN}\n{tables()}\n{END}{after}"
    if os.environ.get("GOLDEN") == "write":
        PAGE.write_text(current, encoding="utf-8")
        text = current
    assert text == current
