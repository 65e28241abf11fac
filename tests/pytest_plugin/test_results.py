"""Judgements of runs that are made up."""

import asyncio

import pytest

from tests.report import runs
from wswarm.errors import PlanError
from wswarm.results.run import SloResult, Validity
from wswarm.testing.swarm import Judgement, Result


def test_a_run_meets_what_it_keeps_to() -> None:
    judgement = Result(runs.echo()).meets("lost==0", "p50<1s")
    assert judgement
    assert repr(judgement) == "<met: lost==0, p50<1s>"


def test_each_missed_objective_is_given_with_its_value() -> None:
    judgement = Result(runs.fanout(lost=30)).meets("lost==0", "messages.sent>0", "fanout.incomplete<=2")
    assert not judgement
    assert [missed.expression for missed in judgement.missed] == ["lost==0", "fanout.incomplete<=2"]
    assert repr(judgement).startswith("<missed: lost==0 (was 30), fanout.incomplete<=2 (was ")


def test_a_figure_that_the_run_lacks_is_neither_met_nor_missed() -> None:
    judgement = Result(runs.connect()).meets("response_time.p99<1s", "connections.opened>0")
    assert not judgement
    assert judgement.missed == []
    assert [one.expression for one in judgement.not_measurable] == ["response_time.p99<1s"]
    assert repr(judgement) == "<not measurable: response_time.p99<1s (no such figure in this run)>"


def test_a_percentile_that_the_sample_does_not_carry_says_how_many_values_it_needs() -> None:
    judgement = Result(runs.connect(connections=100)).meets("p99<1s")
    assert repr(judgement) == "<not measurable: p99<1s (n too small: needs 381, had 100)>"


def test_an_invalid_run_meets_nothing_and_says_why() -> None:
    invalid = runs.echo(validity=Validity(verdict="invalid", reasons=["the agent stood still for 2 s"]))
    judgement = Result(invalid).meets("lost==0")
    assert not judgement
    assert judgement.missed == []
    assert repr(judgement) == "<invalid run: the agent stood still for 2 s>"
    missed = Result(invalid).meets("lost>0")
    assert repr(missed) == "<missed: lost>0 (was 0); invalid run: the agent stood still for 2 s>"


def test_a_suspect_run_can_meet_its_objectives_and_says_that_it_is_suspect() -> None:
    suspect = runs.echo(validity=Validity(verdict="suspect", reasons=["steal of 7 %"]))
    assert Result(suspect).meets("lost==0")
    assert repr(Result(suspect).meets("lost==0")) == "<met: lost==0; suspect run>"
    assert repr(Result(suspect).meets("lost>0")) == "<missed: lost>0 (was 0); suspect run>"


def test_without_objectives_those_of_the_plan_are_judged() -> None:
    own = [SloResult(expression="p99<1ms", value=0.004, met=False)]
    assert repr(Result(runs.echo(slo=own)).meets()) == "<missed: p99<1ms (was 4.00 ms)>"
    with pytest.raises(PlanError, match="no objective"):
        Result(runs.echo()).meets()


@pytest.mark.parametrize("expression", ["p99 is fine", "nonsense<3", "validity.verdict==1", "p99<soon"])
def test_an_objective_that_can_t_be_read_is_refused_in_an_invalid_run_too(expression: str) -> None:
    invalid = runs.echo(validity=Validity(verdict="invalid", reasons=["nothing was measured"]))
    with pytest.raises(PlanError, match="objective"):
        Result(invalid).meets(expression)


def test_only_judgements_that_came_out_false_are_handed_on() -> None:
    told: list[Judgement] = []
    result = Result(runs.echo(), told.append)
    result.meets("lost==0")
    missed = result.meets("lost>0")
    assert told == [missed]
    assert missed.result is result


def test_a_result_that_is_there_already_can_be_awaited_too() -> None:
    result = Result(runs.echo())

    async def wait() -> Result:
        return await result

    assert asyncio.run(wait()) is result
