"""What a comparison or a run asserts, one by one: the form that test reports and annotations are made from."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from wswarm.report import format as show
from wswarm.report.ab import effects
from wswarm.report.capacity import words
from wswarm.report.context import Context
from wswarm.report.headline import Standing, standing
from wswarm.report.sections import objective_result, objective_value
from wswarm.results.capacity import Search
from wswarm.results.run import Run, SloResult
from wswarm.stats.compare.ab import Comparison, Effect
from wswarm.stats.compare.faults import Faults, Outcome

Result = Literal["passed", "failed", "error", "undecided", "advisory", "open", "not measurable"]

_RESULTS: dict[Outcome, Result] = {
    "regression": "failed",
    "invalid": "error",
    "inconclusive": "undecided",
    "improved": "passed",
    "no regression": "passed",
}

_RESULTS_OF_OBJECTIVES: dict[Standing, Result] = {
    "met": "passed",
    "missed": "failed",
    "not measurable": "not measurable",
}


class Check(NamedTuple):
    """One assertion.

    Attributes:
        group: What it is about: the command, a scenario.
        result: `undecided` is neither passed nor failed; where nothing depends on it, `advisory` is what would
            have failed and `open` what would be undecided. `not measurable` is an objective whose figure the run
            lacks, which is no success.
    """

    group: str
    name: str
    result: Result
    message: str


def of_comparison(comparison: Comparison, context: Context) -> list[Check]:
    """Return a check per metric, and one each for lost and duplicated messages."""
    is_advisory = context.advisory is not None
    group = f"wswarm.{context.title}"
    found = [_of_effect(group, effect, is_advisory) for effect in comparison.effects]
    found += [_of_faults(group, faults, is_advisory) for faults in comparison.faults]
    if comparison.verdict == "invalid" and not any(check.result == "error" for check in found):
        reason = show.printable("; ".join(comparison.reasons) or "nothing was measured")
        found.append(Check(group, "measurement", "error", reason))
    return found


def of_runs(runs: Sequence[Run], failures: Mapping[str, str] = MappingProxyType({})) -> list[Check]:
    """Return for each run a check of its validity and one per objective.

    Args:
        failures: By scenario that has no run, why it could not be measured.
    """
    found = [check for run in runs for check in _of_run(run)]
    return found + [
        Check(f"wswarm.{scenario}", "measurement", "error", show.printable(why))
        for scenario, why in failures.items()
    ]


def of_search(search: Search) -> list[Check]:
    """Return a check of a search's answer, one per objective that it was held against, and one of its notices."""
    group, found = f"wswarm.capacity.{search.scenario}", search.capacity
    limited = f"{words.headline(search)}, limited by {found.limited_by}: {found.because}"
    checks = [Check(group, "capacity", "passed" if search.is_found else "error", show.printable(limited))]
    if search.notices:
        checks.append(Check(group, "search", "advisory", show.printable("; ".join(search.notices))))
    results = zip(search.objectives, words.objectives(search), strict=True)
    return checks + [
        Check(group, name, _RESULTS_OF_OBJECTIVES[standing(one)], show.printable(f"{name} {result}"))
        for one, (name, result) in results
    ]


def _of_effect(group: str, effect: Effect, is_advisory: bool) -> Check:
    metric = effect.metric
    result = _result(effect.verdict, is_advisory=is_advisory or not metric.is_gating)
    message = (
        f"{metric.name} {effects.figure(effect.base, metric)} → {effects.figure(effect.head, metric)}"
        f" {effects.change(effect.ratio)} {effects.interval(effect.low, effect.high)}"
        f" {effect.verdict}: {effect.reason} (θ {effects.percent(metric.theta)})"
    )
    return Check(group, show.printable(metric.name), result, show.printable(message))


def _result(verdict: Outcome, *, is_advisory: bool) -> Result:
    result = _RESULTS[verdict]
    if not is_advisory or result == "passed":
        return result
    return "open" if result == "undecided" else "advisory"


def _of_faults(group: str, faults: Faults, is_advisory: bool) -> Check:
    result = _result(faults.verdict, is_advisory=is_advisory)
    message = f"{faults.kind} messages: {faults.verdict}: {faults.reason}"
    return Check(group, f"{faults.kind} messages", result, message)


def _of_run(run: Run) -> Iterable[Check]:
    group = f"wswarm.{show.printable(run.name or run.scenario)}"
    reasons = show.printable("; ".join(run.validity.reasons)) or run.validity.verdict
    if run.failure is not None or run.notices:
        told = [f"it failed: {run.failure}"] if run.failure is not None else []
        result: Result = "error" if run.failure is not None else "advisory"
        yield Check(group, "target", result, show.printable("; ".join([*told, *run.notices])))
    results: dict[str, Result] = {"valid": "passed", "suspect": "advisory", "invalid": "error"}
    yield Check(group, "validity", results[run.validity.verdict], reasons)
    for objective in run.slo:
        yield Check(
            group,
            show.printable(objective.expression),
            _RESULTS_OF_OBJECTIVES[standing(objective)],
            _told(objective),
        )


def _told(objective: SloResult) -> str:
    expression, result = show.printable(objective.expression), objective_result(objective)
    if objective.value is None:
        return f"{expression} {result}"
    return f"{expression} {result}: {objective_value(objective.expression, objective.value)}"
