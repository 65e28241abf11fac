"""What exporters are told of stages, storms, slow readers and sessions once they are over."""

import pytest

from tests.report import churned, runs, stormed
from wswarm.report.feeds.metrics import metrics_of
from wswarm.report.feeds.outcome import outcome_of
from wswarm.report.feeds.reading import Reading, Source, last_reading
from wswarm.results.run import Run

Told = dict[tuple[str, str], float]


def told(run: Run) -> Told:
    """The gauges of what a run is about, by name and label."""
    return {(one.name, next(iter(one.labels.values()), "")): one.value for one in outcome_of(run)}


def test_each_stage_has_its_figures_and_what_is_unknown_is_not_there() -> None:
    run, found = runs.staged(), told(runs.staged())
    for number, stage in enumerate(run.stages):
        assert found["stage.offered", str(number)] == stage.offered
        assert found.get(("stage.p99", str(number))) == stage.p99
        assert found.get(("stage.back_after", str(number))) == stage.back_after_s
    assert None in [stage.back_after_s for stage in run.stages]


def test_a_storm_tells_who_was_back_when() -> None:
    run = stormed.storm(never=20)
    seen, found = run.recovery, told(run)
    assert seen is not None
    assert [found["recovery.dropped", ""], found["recovery.never", ""]] == [500, 20]
    assert found["recovery.time_quantile", "0.9"] == seen.time.p90
    assert ("recovery.time_quantile", "1") not in found
    assert found["recovery.bystanders", "during"] == seen.bystanders.during


@pytest.mark.parametrize(
    ("run", "name", "value"),
    [
        (runs.slow(), "penalty.ratio", runs.slow().penalty.ratio),
        (churned.churn(), "population.expected", churned.churn().population.expected),
    ],
)
def test_other_loads_tell_what_they_are_about(run: Run, name: str, value: float) -> None:
    assert told(run)[name, ""] == value


def test_a_plain_run_has_none_of_them_and_others_tell_them_with_all_else() -> None:
    assert told(runs.echo()) == {}
    last = last_reading(stormed.storm(), Reading(source=Source("storm", "storm", "ws://x")))
    assert "recovery.recovered" in {one.name for one in metrics_of(last)}
