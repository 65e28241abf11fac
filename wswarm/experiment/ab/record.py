"""From what a slice of load showed to its figures."""

import numpy as np

from wswarm.drive.host import spending
from wswarm.experiment.ab.arm import Observation
from wswarm.stats.compare.comparison import Record
from wswarm.stats.compare.slices import Arm, Counts, Load, Slice
from wswarm.stats.compare.spoilt import Conditions, spoilt
from wswarm.stats.findings import UNKNOWN, Int64s, unpack
from wswarm.stats.histogram import Histogram, is_supported
from wswarm.stats.reach import put_together
from wswarm.stats.summary import arrivals_of, hold_log, merged, messages, seconds, sends_of
from wswarm.units import NS_PER_S

_PERCENTS = {"p50": 50.0, "p95": 95.0, "p99": 99.0}


def record(arm: Arm, load: Load, place: tuple[int, int, int], seen: Observation, origin_ns: int) -> Record:
    """Return the slice.

    Args:
        place: Generation, block and position.
        origin_ns: When the experiment began.
    """
    generation, block, position = place
    times = merged(one.response for one in arrivals_of(seen.findings))
    efforts = [one.effort for one in seen.findings]
    send_lag = merged(one.lag for one in sends_of(seen.findings))
    counts = _counts(seen)
    return Record(
        slice=Slice(
            generation=generation,
            block=block,
            position=position,
            arm=arm,
            load=load,
            values=_values(seen, load, times, counts),
            counts=counts,
            reasons=_reasons(seen, load, send_lag, times),
        ),
        t=(seen.window.start_ns - origin_ns) / NS_PER_S,
        received_rate=counts.received / seen.plan.duration,
        server_cpu_s=spending.cpu_s(seen.before, seen.after),
        server_wait_s=spending.wait_s(seen.before, seen.after),
        server_rss=seen.after.rss if seen.after is not None else None,
        generator_cpu_s=sum(one.cpu_s for one in efforts),
        loop_lag_p99=seconds(merged(one.loop_lag for one in efforts).percentile_ns(99)),
        send_lag_p99=seconds(send_lag.percentile_ns(99)),
        steal=seen.steal,
        dropped=seen.dropped,
        times=times.encode(),
    )


def received_in_all(seen: Observation) -> int:
    """Return how many messages came, those of the warm-up included: what the server's CPU was spent on."""
    return sum(int(unpack(one.received_per_second).sum()) for one in arrivals_of(seen.findings))


def cpu_per_message(seen: Observation) -> float | None:
    """Return the server's CPU s per reply or delivery, `None` if nobody can tell."""
    cpu_s, received = spending.cpu_s(seen.before, seen.after), received_in_all(seen)
    return cpu_s / received if cpu_s and received else None


def broadcasts_per_s(seen: Observation) -> float | None:
    """Return how many broadcasts per s were delivered to all, from the end of the first to that of the last.

    A connection that was lost counts as one that nothing is delivered to. `None`: fewer than two were delivered.
    """
    done_ns, received = _deliveries(seen)
    if len(done_ns) < 2 or done_ns[-1] == done_ns[0]:
        return None
    return float(received[1:].sum()) / seen.plan.connections / (float(done_ns[-1] - done_ns[0]) / NS_PER_S)


def own_cpu(seen: Observation) -> float:
    """Return the most of a core that a process of the generator used while the load was sent."""
    return max((one.effort.cpu_share for one in seen.findings), default=0.0)


def server_cpu(seen: Observation) -> float | None:
    """Return the most of a core that a process of the server used until all was delivered; `None` if unknown."""
    done_ns, _ = _deliveries(seen)
    if seen.before is None or seen.after is None or not len(done_ns):
        return None
    before, length_ns = seen.before.by_process, float(done_ns[-1] - seen.window.start_ns)
    return max((ns - before.get(pid, 0)) / length_ns for pid, ns in seen.after.by_process.items())


def _deliveries(seen: Observation) -> tuple[Int64s, Int64s]:
    """Return when the broadcasts that reached anybody reached the last one, ascending, and how many each reached."""
    log = hold_log(sends_of(seen.findings), seen.window)
    reach = put_together([one.broadcasts for one in arrivals_of(seen.findings)]).of(log.numbers)
    is_reached = reach.last_ns != UNKNOWN
    done_ns = (log.intended_ns + reach.last_ns)[is_reached]
    order = np.argsort(done_ns, kind="stable")
    return done_ns[order], reach.received[is_reached][order]


def _values(seen: Observation, load: Load, times: Histogram, counts: Counts) -> dict[str, float | None]:
    if load == "closed":
        return {"capacity": counts.received / seen.plan.duration}
    if load == "overload":
        return {"capacity": broadcasts_per_s(seen)}
    percentiles = {
        name: seconds(times.percentile_ns(percent)) if is_supported(times.n, percent) else None
        for name, percent in _PERCENTS.items()
    }
    return {"cpu": cpu_per_message(seen), **percentiles}


def _reasons(seen: Observation, load: Load, send_lag: Histogram, times: Histogram) -> tuple[str, ...]:
    stops_ns = [one.effort.longest_stop_ns for one in seen.findings]
    conditions = Conditions(
        length_ns=round(seen.plan.duration * NS_PER_S),
        deaths=seen.deaths,
        longest_stop_ns=max(stops_ns, default=0),
        lag_ns=send_lag.percentile_ns(50)
        if load != "overload"
        else None,  # sends wait for the server to read
        steal=seen.steal,
        own_cpu=own_cpu(seen) if load == "overload" else None,
        server_cpu=server_cpu(seen) if load == "overload" else None,
        least_ns=times.min_ns,
    )
    return spoilt(conditions)


def _counts(seen: Observation) -> Counts:
    """Return what became of the messages; what a connection lost meanwhile should have had counts as lost."""
    if not seen.findings:
        return Counts()
    found = messages(seen.findings)
    receivers = seen.plan.connections if seen.plan.scenario == "fanout" else 1
    missing = max(0, found.offered * receivers - found.owed) if seen.dropped else 0
    return Counts(
        offered=found.offered,
        sent=found.sent,
        owed=found.owed + missing,
        received=found.received,
        lost=found.owed - found.received + missing,
        duplicated=found.duplicated,
    )
