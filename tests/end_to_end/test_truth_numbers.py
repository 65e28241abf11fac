"""Services that take whole numbers as ids, measured by numbers: counted as exactly as by other marks."""

from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.results.run import Messages, Run

REQUEST = '{"id":{marker:int},"method":"time"}'
WARMUP = 0.1


def counted(found: Run) -> Messages:
    """The messages of a run."""
    assert found.messages is not None
    return found.messages


@pytest.mark.parametrize("driver", ["picows", "websockets"])
def test_each_fault_is_counted_as_what_it_is_beside_numbers_that_look_alike(driver: str) -> None:
    rules: dict[str, Any] = {
        "lose": {"every": 10, "offset": 2, "receivers": [1, 2]},
        "duplicate": {"every": 10, "offset": 5},
        "reorder": {"every": 10, "offset": 8, "receivers": [2, 3, 4]},
    }
    with serve("strict_id", answer='{"at":{now},"id":{id},"of":0.{id}}', **rules) as server:
        found = counted(
            run("echo", server.url, connections=4, warmup=0, drain=1, driver=driver, json=REQUEST, rate=400)
        )
        facts = server.log()
    assert (found.owed, facts["held"]) == (200, [])
    assert found.lost.silent == len(facts["lost"]) == 10
    assert found.duplicated == len(facts["duplicated"]) == 20
    assert found.reordered == len(facts["reordered"]) == 15
    assert (found.received, found.extra, found.unmarked) == (190, 0, 0)


def test_the_closed_model_goes_on_with_each_answer_in_several_agents() -> None:
    with serve("strict_id", answer='{"id":"{id}"}') as server:
        found = counted(
            run(
                "echo", server.url, connections=3, processes=2, rate=None, closed=True, json=REQUEST, warmup=0
            )
        )
        facts = server.log()
    assert found.sent == found.received == facts["answers"] > 3
    assert (found.lost.silent, found.duplicated, found.extra, found.unmarked) == (0, 0, 0, 0)


def test_answers_to_everybody_in_batches_are_told_as_of_other_connections_by_every_agent() -> None:
    # One answer of each connection is lost, so that every agent waits for it and hears what others get meanwhile.
    with serve("strict_id", every=0.03, to_all=True, lose={"every": 25, "offset": 24}) as server:
        load = {"connections": 4, "processes": 2, "json": REQUEST, "warmup": WARMUP, "drain": 2}
        found = counted(run("echo", server.url, **load))
    assert (found.received, found.extra_kinds) == (96, {"of another connection": 96 * 3})
    assert (found.lost.silent, found.duplicated, found.reordered, found.unmarked) == (4, 0, 0, 0)


def test_a_service_that_changes_the_number_has_answered_nothing() -> None:
    with serve("strict_id", answer='{"id":{next}}') as server:
        found = run("echo", server.url, json=REQUEST, warmup=0, drain=1.0)
    assert (counted(found).received, counted(found).unmarked, counted(found).extra) == (0, 100, 0)
    assert found.validity.verdict == "invalid"
    assert "the target changes the text" in found.validity.reasons[0]


def test_a_service_that_refuses_texts_as_ids_is_quoted_and_the_mend_named() -> None:
    with serve("strict_id") as server:
        found = run("echo", server.url, json='{"id":"{marker}"}', warmup=0, drain=0.2)
    assert found.validity.verdict == "invalid"
    assert "request ID must be an unsigned integer" in found.validity.reasons[0]
    assert "{marker:int}" in found.validity.reasons[0]
