"""From the trials and rounds of a search to its answer: which load is carried, and who gave in beyond it."""

from collections.abc import Sequence
from math import log

from wswarm.results.capacity import UNITS, Capacity, CapacityScenario, LimitedBy, RoundFound, Trial
from wswarm.stats.passing import FULL_CORE
from wswarm.stats.search import Answer, answer_of

_INVERTED = 0.09  # of ln load, thrice a usual spread
_WIDE = 0.10  # half of an interval


def is_ours(evidence: str) -> bool:
    """Return whether it says that the generator could not keep up, rather than that the machine was disturbed."""
    return evidence.startswith("generator")


def highest_carried(trials: Sequence[Trial]) -> float | None:
    """Return the highest load that was carried in each of its trials, below those that never were."""
    failed = {one.load for one in trials if one.passed is False}
    return max((one.load for one in trials if one.passed and one.load not in failed), default=None)


def lowest_failed(trials: Sequence[Trial]) -> float | None:
    """Return the lowest load that was too much in each of its trials."""
    passed = {one.load for one in trials if one.passed}
    return min((one.load for one in trials if one.passed is False and one.load not in passed), default=None)


def capacity_of(
    scenario: CapacityScenario, trials: Sequence[Trial], rounds: Sequence[RoundFound], gave_in: str | None
) -> Capacity | None:
    """Return the answer; `None` where nothing was carried and no round is over.

    Args:
        gave_in: By what the search ended because the generator could not keep up; `None`: it did not end so.
    """
    carried, failed = highest_carried(trials), lowest_failed(trials)
    is_counted = scenario == "connect" and not any(one.loads for one in rounds)
    found = _answer(trials, [one.value for one in rounds], gave_in, is_counted=is_counted)
    if found is None:
        return None
    limited_by, because = limit(trials, gave_in)
    lowest = min((one for one in trials if one.passed is False), key=lambda one: one.load, default=None)
    return Capacity(
        value=found.value,
        interval=(found.value if found.low is None else found.low, found.high),
        unit=UNITS[scenario],
        limited_by=limited_by,
        because=because,
        carried=carried,
        failed=failed,
        delivered=lowest.delivered if lowest is not None else None,
        is_bracket=found.high is not None and len(rounds) < 2,
    )


def limit(trials: Sequence[Trial], gave_in: str | None = None) -> tuple[LimitedBy, str]:
    """Return who gave in in the trials that failed, and by what that is known; `gave_in` as for `capacity_of`."""
    if gave_in is not None and (is_ours(gave_in) or not any(one.passed is False for one in trials)):
        return "generator", gave_in.removeprefix("generator: ")
    failed = [one for one in trials if one.passed is False]
    refused = next((one.evidence for one in failed if one.refused), None)
    if refused is not None:
        return "target", refused
    busiest = max(failed, key=lambda one: one.target_cpu or 0.0, default=None)
    if busiest is None:
        return "neither", "no load was too much"
    if busiest.target_cpu is None:
        return "neither", "the target's processes are not known here: --target-pid names them"
    what = f"{busiest.target_process or 'its busiest process'} used {busiest.target_cpu:.0%} of a core"
    if busiest.target_cpu >= FULL_CORE:
        return "target", what
    return "neither", f"{what}, and the generator kept up: locks, a broker, or the kernel"


def notices(
    trials: Sequence[Trial], capacity: Capacity, rounds: int, gave_in: str | None = None
) -> list[str]:
    """Return what a reader of the answer has to know.

    Args:
        rounds: That were wanted.
        gave_in: As for `capacity_of`.
    """
    found = []
    if gave_in is not None and not is_ours(gave_in):
        found.append(f"ended before its time, as this machine was disturbed: {gave_in}")
    low, high = capacity.interval
    if capacity.is_bracket:
        found.append(
            "fewer than two rounds: the interval is that of a load that was carried and one that was not, not one of"
            " confidence; allow more --budget"
        )
    elif high is not None and log(high / low) / 2 > _WIDE:
        found.append(f"not narrowed to 10 %: use more --rounds than {rounds}")
    if _is_inverted(trials):
        found.append(
            "loss inversion: a load was carried twice that is higher than one that was not; the target's capacity"
            " changes over minutes"
        )
    return found


def _answer(
    trials: Sequence[Trial], answers: Sequence[float], gave_in: str | None, *, is_counted: bool
) -> Answer | None:
    carried, failed = highest_carried(trials), lowest_failed(trials)
    if gave_in is not None and (is_ours(gave_in) or failed is None):
        best = max((*(one.load for one in trials if one.passed), *answers), default=None)
        return None if best is None else Answer(best, best, None)
    if len(answers) > 1:
        return answer_of(answers, is_exact=is_counted)
    if carried is None and not answers:
        return None
    if not answers:
        assert carried is not None
        return Answer(carried, carried, failed if failed is not None and failed > carried else None)
    value = answers[0]
    below = [one.load for one in trials if one.passed and one.load <= value]
    above = [one.load for one in trials if one.passed is False and one.load >= value]
    return Answer(value, max(below, default=value), min(above, default=value))


def _is_inverted(trials: Sequence[Trial]) -> bool:
    """Return whether a load failed that is far below one that passed, twice."""
    failed = [one.load for one in trials if one.passed is False]
    passed = [one.load for one in trials if one.passed]
    return sum(any(log(load / low) > _INVERTED for low in failed) for load in passed) > 1
