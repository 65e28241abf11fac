"""How far a model carries, and what it takes for said."""

from typing import Any

import msgspec
import pytest

from tests.report.sized import model, wanted
from wswarm.errors import PlanError
from wswarm.results.sizing import Model
from wswarm.stats.sizing.bounds import (
    check,
    check_mechanism,
    check_workers,
    fewest_workers,
    is_whole,
    most_workers,
)
from wswarm.stats.sizing.objectives import parse
from wswarm.stats.sizing.wanted import Said, wanted_of

pytestmark = pytest.mark.xdist_group("forecasts")


def whole() -> Model:
    """A model in which every publish went to all."""
    cells = tuple(msgspec.structs.replace(one, fanout=one.connections) for one in model().cells)
    return msgspec.structs.replace(model(), cells=cells)


def echo() -> Model:
    mechanism = msgspec.structs.replace(model().mechanism, scenario="echo")
    return msgspec.structs.replace(model(), mechanism=mechanism)


@pytest.mark.parametrize(
    "changes",
    [
        {"connections": 8000},
        {"rate": 600.0},
        {"fanout": 100},
        {"fanout": 2000},
        {"size": 500},
        {"connections": 100, "fanout": 100, "rate": 0.1},
    ],
)
def test_up_to_its_bounds_a_load_is_foretold(changes: dict[str, Any]) -> None:
    check(model(), wanted(**changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"connections": 8001}, ("-c 8,001", "4 times the 2,000 connections", "at most 8,000")),
        ({"rate": 601.0}, ("-r 601", "4 times the 150 per s", "at most 600")),
        ({"fanout": 99}, ("--fanout 99", "100 to 2,000")),
        ({"fanout": 2001}, ("--fanout 2,001", "100 to 2,000")),
        ({"fanout": 5000}, ("--fanout 5,000", "4,000 connections of -c")),
        ({"size": 501}, ("--size 501", "46 to 500")),
        ({"handshakes": 5.0}, ("--connect-rate", "what a handshake costs was not measured")),
    ],
)
def test_beyond_them_it_is_refused_by_its_option(changes: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(PlanError) as refusal:
        check(model(), wanted(**changes))
    assert [word for word in words if word not in str(refusal.value)] == []


def test_where_all_hear_of_all_the_fanout_goes_as_far_as_the_connections() -> None:
    assert is_whole(whole())
    check(whole(), wanted(connections=8000, fanout=8000))
    assert not is_whole(model())


def test_workers_go_to_twice_those_measured() -> None:
    check_workers(model(), 4)
    with pytest.raises(PlanError, match=r"5 workers are more than 2 times.*--workers 1,3"):
        check_workers(model(), 5)


@pytest.mark.parametrize(("measured", "asked"), [(1, 2), (2, 1), (2, 4)])
def test_of_one_number_of_workers_nothing_follows_for_another(measured: int, asked: int) -> None:
    numbers = msgspec.structs.replace(model().measured, workers=(measured,))
    alone = msgspec.structs.replace(model(), measured=numbers)
    check_workers(alone, measured)
    with pytest.raises(PlanError, match=f"^{asked} worker.*only servers of {measured}.*--workers 1,2"):
        check_workers(alone, asked)
    assert (fewest_workers(alone), most_workers(alone)) == (measured, measured)


@pytest.mark.parametrize("what", ["tls", "deflate"])
def test_what_was_not_measured_with_it_is_refused(what: str) -> None:
    asked = {"tls": False, "deflate": False} | {what: True}
    with pytest.raises(PlanError, match=f"--{what} was not measured"):
        check_mechanism(model(), **asked)
    measured = msgspec.structs.replace(
        model(), mechanism=msgspec.structs.replace(model().mechanism, **{what: True})
    )
    check_mechanism(measured, **asked)


def test_what_is_not_said_is_as_it_was_measured() -> None:
    said = Said(connections=500, rate=10.0)
    assert wanted_of(whole(), said).fanout == 500
    assert wanted_of(model(), said).fanout in {one.fanout for one in model().cells}
    assert wanted_of(model(), said).size == 46
    assert wanted_of(echo(), said).fanout == 1


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (Said(connections=0, rate=1.0), "-c 0"),
        (Said(connections=1, rate=0.0), "-r 0"),
        (Said(connections=1, rate=1.0, fanout=0), "--fanout 0"),
        (Said(connections=1, rate=1.0, workers=0), "--workers 0"),
    ],
)
def test_numbers_that_are_none_are_named(said: Said, word: str) -> None:
    with pytest.raises(PlanError, match=word):
        wanted_of(model(), said)


def test_echoes_have_no_fanout() -> None:
    with pytest.raises(PlanError, match="--fanout 5: echoes"):
        wanted_of(echo(), Said(connections=10, rate=1.0, fanout=5))


@pytest.mark.parametrize(
    ("expression", "figure", "limit"),
    [
        ("p99<200ms", "p99", 0.2),
        ("p50<=1s", "p50", 1.0),
        (" last < 300ms", "last", 0.3),
        ("fanout.delivery_time.p99<1s", "p99", 1.0),
        ("fanout.completion_time.p50<1s", "last", 1.0),
        ("response_time.p50<1s", "p50", 1.0),
    ],
)
def test_an_objective_is_about_one_of_three_times(expression: str, figure: str, limit: float) -> None:
    assert parse(expression)[1:] == (figure, limit)


@pytest.mark.parametrize("expression", ["lost==0", "p99>1ms", "p95<1s", "p99<5", "p99<0ms", "nonsense"])
def test_other_objectives_are_refused(expression: str) -> None:
    with pytest.raises(PlanError, match="--slo"):
        parse(expression)
