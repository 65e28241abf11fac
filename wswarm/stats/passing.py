"""Whether a target carried a load, and whether the one who loaded it could keep up."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean, variance
from typing import NamedTuple

from wswarm.results.run import Distribution, Run, SloResult
from wswarm.stats import answers, slo
from wswarm.stats.compare.student import t_quantile
from wswarm.stats.histogram import Histogram

FULL_CORE = 0.95  # of a core: a process that can't do more
WAITED = 0.05  # of the time, for a core: more, and the target is slower than it would be alone
OWN_CORE = 0.80  # of a core: more, and a process of the generator may be the one who gives in
SUPPLY = 0.999  # of the messages have to be sent, and answered
_DROP = 0.02  # of what is sent per s: if so much less comes back per s, there is a backlog
_FAR = 0.10  # of the load: whoever is full and so much slower is the one who gave in
_GROWTH = 0.25  # of the objective's time: less growth over a trial is no backlog
_GROWTH_S = 0.025  # the same without an objective
_LEAST_ROWS = 2  # of a third, for an interval
_DRAIN_SLACK_S = 0.5  # within which the end of a drain is noticed
_LAG_SHARE, _LEAST_LAG_S, _LAG_S = 0.1, 0.001, 0.010
_STEAL, _STOP_S = 0.05, 0.250
_OTHERS, _CROWDED = 0.4, 0.90  # cores, of which the kernel's own work is some; a share
_UNHEARD, _OWN_LIMITS = "timeout", frozenset({"too many open files here", "no free local port"})
_Z95, _Z99 = 1.959964, 2.575829


class Beside(NamedTuple):
    """What processes and the machine spent over a trial's hold: shares of one core, `None` for unknown.

    Attributes:
        own_cpu: Of the busiest process of the generator; `own_cores`: of all of them.
        target_cpu: Of the target's busiest, named by `target_process`.
        target_wait: For how much of the time that process was ready to run and had no core.
        steal: Of all cores, as is `busy`. `others`: cores that neither target nor generator used.
        broker_cpu: Of the busiest process that the target is connected to on this machine, named by `broker_process`.
        overflows: Handshakes for which an accept queue of this machine had no room. `drops`: all that its listeners
            have thrown away, those among them.
    """

    own_cpu: float | None = None
    own_cores: float | None = None
    target_cpu: float | None = None
    target_process: str | None = None
    target_wait: float | None = None
    steal: float | None = None
    busy: float | None = None
    others: float | None = None
    broker_cpu: float | None = None
    broker_process: str | None = None
    overflows: int | None = None
    drops: int | None = None


def time_of(run: Run) -> Distribution | None:
    """Return the time that the scenario is about."""
    if run.scenario == "connect":
        return run.connections.handshake_time
    return run.fanout.delivery_time if run.fanout is not None else run.response_time


def limit_of(expressions: Sequence[str]) -> float | None:
    """Return the shortest time that an objective names, s; `None` if none does."""
    found = [slo.parse_objective(one) for one in expressions if slo.kind_of(one) == "time"]
    return min((one.limit for one in found if one.limit > 0), default=None)


def why_not_carried(run: Run, limit_s: float | None) -> str | None:
    """Return why the load was too much for the target; `None`: it was carried.

    Args:
        limit_s: The shortest time of the objectives.
    """
    ended = (
        _refused(run),
        _hung_up(run),
    )  # of connections the reason tells most, of messages that they ended
    reasons = (
        *(ended if run.scenario == "connect" else reversed(ended)),
        _unpublished(run),
        *map(_missed, run.slo),
    )
    found = next((reason for reason in reasons if reason is not None), None)
    if found is not None or run.scenario == "connect":
        return found
    return _left_over(run) or _backlog(run, limit_s) or _drained_late(run, limit_s)


def refusals(run: Run) -> int:
    """Return how many connections did not open, or did not stay."""
    return run.connections.requested - run.connections.opened + run.connections.dropped


def unpublished(run: Run) -> int:
    """Return how many requests to publish the target has answered by a status that says no."""
    refused = answers.refusals(run.publish) if run.publish is not None else {}
    return sum(count for status, count in refused.items() if status.isdigit())


def delivered(run: Run) -> float | None:
    """Return what came of the load, per s of the hold: replies, or broadcasts by their deliveries; or connections."""
    if run.scenario == "connect":
        return float(run.connections.opened - run.connections.dropped)
    rows = [row for row in run.series if _is_in_hold(run, row.t)]
    if not rows:
        return None
    rooms = run.rooms.rooms if run.rooms is not None else 1  # a broadcast goes to one of them
    each = run.fanout.subscribers / rooms if run.fanout is not None else 1
    return sum(row.received for row in rows) / (len(rows) * run.series_step) / max(1, each)


def is_refused(run: Run) -> bool:
    """Return whether the target itself has said no, which no lateness of the generator explains."""
    if unpublished(run):
        return True
    seen = run.connections
    said = seen.failures.keys() - {_UNHEARD, *_OWN_LIMITS}
    return bool(said) or (seen.dropped > 0 and not seen.failures.keys() & _OWN_LIMITS)


def is_overrun(run: Run, load: float, beside: Beside) -> bool:
    """Return whether the target did all that it can and stayed far behind the load, whatever the generator could."""
    came = delivered(run)
    if run.scenario == "connect" or came is None or beside.target_cpu is None:
        return False
    return beside.target_cpu >= FULL_CORE and came < (1 - _FAR) * load


def unclean(run: Run, beside: Beside, limit_s: float | None) -> str | None:
    """Return by what the generator may be the one who gave in; `None`: it kept up."""
    own = next((reason for reason in run.connections.failures if reason in _OWN_LIMITS), None)
    if own is not None:
        return f"generator: {own}"
    allowed_s = _LAG_S if limit_s is None else max(_LEAST_LAG_S, _LAG_SHARE * limit_s)
    lag = run.generator.loop_lag
    loop_s = next((one for one in (lag.p99, lag.p95, lag.p90) if one is not None), None)
    if beside.own_cpu is not None and beside.own_cpu > OWN_CORE:
        return f"generator: one of its processes used {beside.own_cpu:.0%} of a core"
    if loop_s is not None and loop_s > allowed_s:
        return f"generator: its loop was {1e3 * loop_s:.1f} ms late"
    if run.probe is not None and run.probe.verdict == "late":
        return "generator: a probe beside the load read earlier"
    lag_s = run.send_lag.p99 if run.send_lag is not None else None
    is_idle = beside.target_cpu is not None and beside.target_cpu < OWN_CORE
    if lag_s is not None and lag_s > allowed_s and is_idle:  # else messages wait for the target to read
        return f"generator: messages were sent {1e3 * lag_s:.1f} ms late (p99)"
    return None


def spoilt(run: Run, beside: Beside) -> str | None:
    """Return by what a trial says nothing at all; `None`: it says something."""
    if beside.steal is not None and beside.steal > _STEAL:
        return f"spoilt: the host took {beside.steal:.0%} of this machine's time"
    is_crowded = (beside.others or 0.0) > _OTHERS and (beside.busy or 0.0) > _CROWDED
    if is_crowded and (beside.target_wait is None or beside.target_wait > WAITED):
        waited = (
            ""
            if beside.target_wait is None
            else f", for which the target waited {beside.target_wait:.0%} of the time"
        )
        return f"spoilt: others used {beside.others:.1f} cores of this machine{waited}"
    stop_s = run.generator.loop_lag.max
    if stop_s is not None and stop_s > _STOP_S and (beside.own_cpu or 0.0) < OWN_CORE:
        return f"spoilt: a process of the generator stood still for {stop_s:.2f} s"
    return None


def interval_of(seen: Distribution | None, percent: float) -> tuple[float, float] | None:
    """Return between which values a percentile lies, 95 %, by ranks and as if values were independent."""
    if seen is None or seen.hdr is None or getattr(seen, f"p{percent:g}") is None:
        return None
    found, p = Histogram.decode(seen.hdr), percent / 100
    half = 100 * _Z95 * sqrt(p * (1 - p) / found.n)
    low, high = (found.percentile_ns(min(100.0, max(0.0, one))) for one in (percent - half, percent + half))
    return None if low is None or high is None else (low / 1e9, high / 1e9)


def _hung_up(run: Run) -> str | None:
    return f"the target hung up: {run.failure}" if run.failure is not None else None


def _refused(run: Run) -> str | None:
    seen = run.connections
    if seen.failed:
        reason, count = max(seen.failures.items(), key=lambda item: item[1])
        return f"{reason}: {count:,} of {seen.requested:,} handshakes"
    if seen.dropped:
        reason = max(seen.close_reasons, key=seen.close_reasons.__getitem__, default="closed")
        return f"{reason}: {seen.dropped:,} of {seen.opened:,} connections were dropped"
    return None


def _unpublished(run: Run) -> str | None:
    if run.publish is None:
        return None
    refused, requests = answers.refusals(run.publish), run.publish.requests
    count = sum(refused.values())
    if count <= (1 - SUPPLY) * requests:
        return None
    return f"{max(refused, key=refused.__getitem__)}: {count:,} of {requests:,} requests to publish failed"


def _missed(result: SloResult) -> str | None:
    if result.met:
        return None
    seen = "unknown" if result.value is None else _shown(result)
    return f"{result.expression} missed: {seen}" + (f" ({result.why})" if result.why else "")


def _shown(result: SloResult) -> str:
    assert result.value is not None
    if slo.kind_of(result.expression) == "time":
        return f"{1e3 * result.value:,.4g} ms"
    return f"{result.value:,.6g}"


def _left_over(run: Run) -> str | None:
    seen = run.messages
    if seen is None:
        return "nothing was measured"
    if seen.sent < SUPPLY * seen.offered:
        return f"{seen.offered - seen.sent:,} of {seen.offered:,} messages could not be sent"
    if seen.received < SUPPLY * seen.owed:
        return f"{seen.owed - seen.received:,} of {seen.owed:,} were not delivered"
    return None


def _backlog(run: Run, limit_s: float | None) -> str | None:
    """Return that the backlog grew: the last third of the hold is slower than the first, by its interval."""
    medians = [row.p50 for row in run.series if _is_in_hold(run, row.t) and row.p50 is not None]
    least_s = _GROWTH_S if limit_s is None else _GROWTH * limit_s
    if grows(medians, least_s):
        grown_s = medians[-1] - medians[0]
        return f"the backlog grew: the median rose by {1e3 * grown_s:,.3g} ms in the trial"
    return None


def grows(medians: Sequence[float], least: float) -> bool:
    """Return whether values, in the order of time, rise by more than `least` and more than they vary.

    With two values in each third that is Student's interval of the difference; with fewer, each has to be above the
    one before.
    """
    third = len(medians) // 3
    if third < _LEAST_ROWS:
        is_rising = len(medians) > _LEAST_ROWS and all(a < b for a, b in pairwise(medians))
        return is_rising and medians[-1] - medians[0] > least
    first, last = medians[:third], medians[-third:]
    difference = fmean(last) - fmean(first)
    error = sqrt((variance(first) + variance(last)) / third)
    return difference > least and difference > t_quantile(0.975, 2 * third - 2) * error


def _drained_late(run: Run, limit_s: float | None) -> str | None:
    if limit_s is None:
        seen, sent = delivered(run), run.rates.achieved if run.rates is not None else None
        chance = _Z99 / sqrt(max(1, run.messages.sent)) if run.messages is not None else 1.0
        if seen is not None and sent is not None and seen < (1 - max(_DROP, chance)) * sent:
            return f"{seen:,.6g} of {sent:,.6g} per s came back"
        return None
    took_s = run.phases.end - run.phases.drain
    if took_s > limit_s + _DRAIN_SLACK_S:
        return f"the backlog took {took_s:.1f} s to drain"
    return None


def _is_in_hold(run: Run, t: float) -> bool:
    """Return whether a row of the series lies wholly in the hold."""
    return run.phases.hold <= t and t + run.series_step <= run.phases.drain
