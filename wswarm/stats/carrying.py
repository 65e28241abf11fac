"""From the trials and rounds of a search to its answer: which load is carried, and who gave in beyond it."""

from collections.abc import Iterable, Sequence
from math import log
from typing import NamedTuple

from wswarm.results.capacity import UNITS, Capacity, CapacityScenario, Known, LimitedBy, RoundFound, Trial
from wswarm.stats.passing import FULL_CORE, WAITED
from wswarm.stats.search import Answer, answer_of

_INVERTED = 0.09  # of ln load, thrice a usual spread
_WIDE = 0.10  # half of an interval


class Ended(NamedTuple):
    """Why a search ended before its time, if it did.

    Attributes:
        gave_in: By what the generator could not keep up, or the machine was disturbed.
        failure: How the target ended.
    """

    gave_in: str | None = None
    failure: str | None = None


IN_TIME = Ended()


def is_ours(evidence: str) -> bool:
    """Return whether it says that the generator could not keep up, rather than that the machine was disturbed."""
    return evidence.startswith("generator")


def highest_carried(trials: Sequence[Trial]) -> float | None:
    """Return the highest load that was carried in each of its trials."""
    failed = {one.load for one in trials if one.passed is False}
    return max((one.load for one in trials if one.passed and one.load not in failed), default=None)


def lowest_failed(trials: Sequence[Trial]) -> float | None:
    """Return the lowest load that was too much in each of its trials."""
    passed = {one.load for one in trials if one.passed}
    return min((one.load for one in trials if one.passed is False and one.load not in passed), default=None)


def capacity_of(
    scenario: CapacityScenario, trials: Sequence[Trial], rounds: Sequence[RoundFound], ended: Ended = IN_TIME
) -> Capacity | None:
    """Return the answer; `None` where nothing was carried and no round is over."""
    carried, failed = highest_carried(trials), lowest_failed(trials)
    is_counted = scenario == "connect" and not any(one.loads for one in rounds)
    found = _answer(trials, [one.value for one in rounds], ended.gave_in, is_counted=is_counted)
    if found is None:
        return None
    limited_by, because = limit(trials, ended)
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
        known=known_of(trials),
        is_bracket=found.high is not None and len(rounds) < 2,
    )


def limit(trials: Sequence[Trial], ended: Ended = IN_TIME) -> tuple[LimitedBy, str]:
    """Return who gave in in the trials that failed, and by what that is known."""
    if ended.failure is not None:
        return "target", ended.failure
    if ended.gave_in is not None and is_ours(ended.gave_in):
        return "generator", ended.gave_in.removeprefix("generator: ")
    if ended.gave_in is not None and not any(one.passed is False for one in trials):
        return "neither", ended.gave_in
    failed = [one for one in trials if one.passed is False]
    refused = next((one.evidence for one in failed if one.refused), None)
    if refused is not None:
        return "target", refused
    known = known_of(trials)
    if known is None:
        return "neither", "no load was too much"
    what = _used(known.target_process, known.target_cpu)
    if known.target_cpu is not None and known.target_cpu >= FULL_CORE:
        return "target", what
    return "neither", "; ".join([what, *_elsewhere(known)])


def known_of(trials: Sequence[Trial]) -> Known | None:
    """Return what is known of the trials that were too much, all together; `None` where none was."""
    failed = [one for one in trials if one.passed is False]
    if not failed:
        return None
    target = max(failed, key=lambda one: one.target_cpu or 0.0)
    broker = max(failed, key=lambda one: one.broker_cpu or 0.0)
    return Known(
        target_cpu=target.target_cpu,
        target_process=target.target_process,
        target_wait=_most(one.target_wait for one in failed),
        broker_cpu=broker.broker_cpu,
        broker_process=broker.broker_process,
        generator_cpu=_most(one.generator_cpu for one in failed),
        listen_overflows=_sum(one.listen_overflows for one in failed),
        listen_drops=_sum(one.listen_drops for one in failed),
    )


def _elsewhere(known: Known) -> list[str]:
    """Return what else may have been full, where neither target nor generator was."""
    found = []
    if known.target_wait is not None and known.target_wait > WAITED:
        found.append(f"others had its core for {known.target_wait:.0%} of the time")
    if known.listen_drops:
        found.append(f"the kernel: {thrown_away(known)}")
    if known.broker_cpu is not None:
        found.append(_used(known.broker_process, known.broker_cpu))
        if known.broker_cpu >= FULL_CORE:
            return [*found, "the broker is full"]
    rest = (
        "locks, or the kernel" if known.broker_cpu is not None else "locks, the kernel, or a broker elsewhere"
    )
    return [*found, f"the generator kept up: {rest}"]


def thrown_away(known: Known) -> str:
    """Return how many handshakes the kernel of this machine has thrown away, and why."""
    if not known.listen_drops:
        return "it threw no handshake away"
    overflows = known.listen_overflows or 0
    return (
        f"it threw {known.listen_drops:,} handshakes away, {overflows:,} of them as an accept queue was full"
    )


def _used(process: str | None, share: float | None) -> str:
    if share is None:
        return "the target's processes are not known here: --target-pid names them"
    return f"{process or 'its busiest process'} used {share:.0%} of a core"


def _most(values: Iterable[float | None]) -> float | None:
    return max((one for one in values if one is not None), default=None)


def _sum(values: Iterable[int | None]) -> int | None:
    found = [one for one in values if one is not None]
    return sum(found) if found else None


def notices(trials: Sequence[Trial], capacity: Capacity, rounds: int, ended: Ended = IN_TIME) -> list[str]:
    """Return what a reader of the answer has to know; `rounds`: that were wanted."""
    found = []
    if ended.failure is not None:
        found.append(f"ended before its time: {ended.failure}")
    elif ended.gave_in is not None and not is_ours(ended.gave_in):
        found.append(f"ended before its time, as this machine was disturbed: {ended.gave_in}")
    low, high = capacity.interval
    if capacity.is_bracket:
        found.append(
            "fewer than two rounds: the interval is from a load below which all were carried to one above which none"
            " was, not one of confidence; allow more --budget"
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
    low, high = _between(trials)
    if gave_in is not None and (is_ours(gave_in) or high is None):
        return None if low is None else Answer(low, low, None)
    if len(answers) > 1:
        return answer_of(answers, is_exact=is_counted)
    if not answers:
        return None if low is None else Answer(low, low, high)
    (value,) = answers
    below = value if low is None else min(low, value)
    return Answer(value, below, value if high is None else max(high, value))


def _between(trials: Sequence[Trial]) -> tuple[float | None, float | None]:
    """Return the highest load below which all were carried, and the lowest above which none was, `None` for unknown.

    Where loads that were carried lie above such as were not, the truth may lie anywhere between.
    """
    passed = [one.load for one in trials if one.passed]
    failed = [one.load for one in trials if one.passed is False]
    if not passed or not failed:
        return max(passed, default=None), min(failed, default=None)
    sure = [load for load in passed if load < min(failed)]
    much = [load for load in failed if load > max(passed)]
    return max(sure, default=min(passed)), min(much, default=max(failed))


def _is_inverted(trials: Sequence[Trial]) -> bool:
    """Return whether a load failed that is far below one that passed, twice."""
    failed = [one.load for one in trials if one.passed is False]
    passed = [one.load for one in trials if one.passed]
    return sum(any(log(load / low) > _INVERTED for low in failed) for load in passed) > 1
