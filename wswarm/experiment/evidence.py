"""What the verdict of a run is drawn from, gathered from its figures and from what was observed beside them."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from wswarm.experiment.kernel import KernelSeen
from wswarm.experiment.observed import Observed
from wswarm.load.altered import holds_marker
from wswarm.load.by_http import REQUESTS_AT_ONCE
from wswarm.load.piecewise import Piecewise
from wswarm.load.stages import spans_of
from wswarm.results.probe import Probe
from wswarm.results.quoted import quoted
from wswarm.results.run import Distribution, Messages, Run
from wswarm.stats import answers, extras, sessions, summary
from wswarm.stats.agents import efforts_of
from wswarm.stats.belief import REPEATED_S, Beliefs
from wswarm.stats.causes import Surroundings
from wswarm.stats.drift import drift
from wswarm.stats.drops import Drops, listed
from wswarm.stats.findings import Effort, Findings, unpack
from wswarm.stats.histogram import Histogram, is_supported
from wswarm.stats.random_gaps import Fit, fit_of
from wswarm.stats.silence import Instead
from wswarm.stats.validity import Evidence
from wswarm.units import NS_PER_S

SHOWN = 100  # characters of a sample in a sentence


def evidence(run: Run, observed: Observed, drops: Drops, wrong: Sequence[str] = ()) -> Evidence:
    """Return what the verdict of the run is drawn from.

    Args:
        wrong: Figures that are below 0.
    """
    findings, efforts = observed.findings, efforts_of(observed.findings)
    median_ns = _median_ns(run, findings)
    completion = run.fanout.completion_time if run.fanout else None
    opened, wanted = run.connections.opened, run.connections.requested
    if observed.was_connecting:
        wanted = opened + run.connections.failed
    return Evidence(
        scenario=run.scenario,
        sent_share=_sent_share(run.messages),
        blocked=sum(one.blocked for one in summary.sends_of(findings)),
        waiting=answers.waiting(findings, REQUESTS_AT_ONCE) or _unread(findings),
        median_ns=median_ns,
        completion_ns=(_ns(completion.p50 or completion.mean) if completion else None) or median_ns,
        longest_stop_ns=max((one.longest_stop_ns for one in efforts), default=0),
        stood_ns=max((one.stood_ns for one in efforts), default=0),
        below_zero=tuple(wrong),
        cpu_share=max((one.cpu_share for one in efforts), default=0.0),
        steal=observed.machine.steal,
        busy=observed.machine.busy,
        is_shared=observed.is_shared,
        around=_surroundings(run, observed, efforts),
        lost_agents=observed.deaths,
        opened_share=opened / wanted if wanted and not observed.deaths else 1.0,
        refused=_refused(run, observed.probe),
        measured=measured(run, observed),
        instead=_instead(run, observed, drops),
        squeezed=_squeezed(run, observed.kernel),
        arrivals=_arrivals(run, observed),
        was_cut=observed.was_cut,
        was_connecting=observed.was_connecting,
        beliefs=_beliefs(run, observed),
        blocks=tuple(_blocks(findings)),
        **_lags(findings),
    )


def measured(run: Run, observed: Observed) -> int | None:
    """Return how many replies or deliveries were received in the hold; `None` where there need be none."""
    if run.scenario in ("connect", "script"):
        return None
    if run.scenario == "churn" and not run.plan.get("rate"):
        return 0 if observed.was_connecting or observed.was_cut else None
    if run.scenario == "replay" and run.messages is not None:
        return run.messages.sent + run.messages.received
    return run.messages.received if run.messages is not None and not observed.was_connecting else 0


def _unread(findings: Sequence[Findings]) -> str:
    """Return in words that sends waited for the target to read, if these are what is latest; else nothing."""
    sends = summary.sends_of(findings)
    unread = sum(one.unread for one in sends)
    if not unread or 100 * unread < sum(one.sent for one in sends):
        return ""
    return f"{unread:,} of them waited for room on connections that the target did not read meanwhile"


def _squeezed(run: Run, kernel: KernelSeen) -> str:
    seen = run.penalty
    used = seen.kernel_memory if seen is not None and seen.is_squeezed else None
    if kernel.squeezed_from is not None and kernel.memory > kernel.squeezed_from:
        used = kernel.memory
    return (
        ""
        if used is None
        else f"TCP took {used / 1e6:,.0f} MB of the kernel's memory, more than net.ipv4.tcp_mem lets pass"
    )


def _beliefs(run: Run, observed: Observed) -> Beliefs:
    """Return what was looked at beside the load; a storm's full queue is what it is about."""
    is_steady = run.scenario in ("echo", "fanout") and not run.plan.get("stages")
    is_ours = observed.is_shared and run.scenario != "storm"
    return Beliefs(
        probe=observed.probe,
        drift=drift(summary.arrivals_of(observed.findings), observed.window) if is_steady else None,
        thrown_away=observed.kernel.thrown_away if is_ours else 0,
        repeated=_repeated(observed.findings),
    )


def _repeated(findings: Sequence[Findings]) -> int:
    """Return how many handshakes took so long that the kernel had tried again."""
    sockets = [one.sockets for one in findings]
    times_ns = [unpack(one.opened_ns) - unpack(one.started_ns) for one in sockets]
    return sum(int(np.count_nonzero(own >= REPEATED_S * NS_PER_S)) for own in times_ns)


def _blocks(findings: Sequence[Findings]) -> Iterator[tuple[str, int]]:
    """Yield where the script blocked the loop and for how long at most, ns; the longest first."""
    for place, block in sessions.blocks(sessions.scripted_of(findings)).items():
        yield place, block.longest_ns


def _median_ns(run: Run, findings: Sequence[Findings]) -> int | None:
    """Return the median of the time that the scenario is about."""
    if run.scenario == "connect":
        return _ns(run.connections.handshake_time.p50 or run.connections.handshake_time.mean)
    return summary.merged(one.response for one in summary.arrivals_of(findings)).percentile_ns(50)


def _arrivals(run: Run, observed: Observed) -> Fit | None:
    """Return how well random arrivals kept to their moments, by the rate that they had then."""
    sampled = [
        unpack(one.sampled).reshape(2, -1) for one in summary.sends_of(observed.findings) if one.sampled
    ]
    if not sampled or run.scenario == "slow":  # which has several loads, one after another
        return None
    intended_ns, sent_ns = np.concatenate(sampled, axis=1)
    since_ns, seed = intended_ns - observed.window.hold_ns, int(run.plan.get("seed") or 0)
    stages = run.plan.get("stages")
    if not stages:
        return fit_of(since_ns.astype(np.float64), np.ones(len(since_ns)), sent_ns - intended_ns, seed)
    course = Piecewise(spans_of(stages))
    return fit_of(course.until(since_ns), course.values(since_ns) / NS_PER_S, sent_ns - intended_ns, seed)


def _lags(findings: Sequence[Findings]) -> dict[str, Any]:
    """Return how late messages were sent, and how late the latest agent's loop was."""
    sends = _tail(summary.merged(one.lag for one in summary.sends_of(findings)))
    loops = [_tail(summary.merged([one.effort.loop_lag])) for one in findings if not one.is_further]
    loop = max(loops, key=lambda tail: tail[0] or 0, default=_tail(Histogram()))
    return {
        "send_lag_ns": sends[0],
        "send_lag_percent": sends[1],
        "loop_lag_ns": loop[0],
        "loop_lag_percent": loop[1],
    }


def _sent_share(messages: Messages | None) -> float | None:
    """Return the share sent of what was offered on connections that had not closed."""
    if messages is None:
        return None
    possible = messages.offered - (messages.unsent.disconnected if messages.unsent is not None else 0)
    return messages.sent / possible if possible else None


def _surroundings(run: Run, observed: Observed, efforts: Sequence[Effort]) -> Surroundings:
    waits = [one.wait_share for one in efforts if one.wait_share is not None]
    cores, busy, target = run.environment.cores, observed.machine.busy, run.target
    held_s = run.phases.end - run.phases.hold
    return Surroundings(
        wait_share=max(waits, default=None),
        cores=cores,
        busy_cores=busy * cores if busy is not None else None,
        own_cores=sum(one.cpu_share for one in efforts),
        target_cores=target.cpu_s / held_s
        if target is not None and target.cpu_s is not None and held_s > 0
        else None,
        is_shared=observed.is_shared,
        load=observed.machine.load,
        each=run.connections.opened // max(1, len(efforts)),
    )


def _refused(run: Run, probe: Probe | None) -> str:
    """Return why most of the handshakes that failed did, and how many; the probe may have their places."""
    if not run.connections.failures:
        return ""
    reason, count = max(run.connections.failures.items(), key=lambda item: item[1])
    said = run.samples.refusals.get(reason)
    told = f"{reason}: {count:,}" + (f', "{quoted(said, SHOWN)}"' if said else "")
    if probe is None or run.connections.failed > probe.sockets:
        return told
    return f"{told}; the quiet probe has {probe.sockets} more: --probe off, if there is room for just so many"


def _instead(run: Run, observed: Observed, drops: Drops) -> Instead:
    found, sampled = run.messages, run.samples.unmarked
    return Instead(
        refused=answers.nothing_taken(run.publish, run.samples.refusals),
        hung_up=_hung_up(drops, is_early=found is None),
        is_by_http=bool(run.plan.get("publish")),
        sent=found.sent if found is not None else None,
        unmarked=found.unmarked if found is not None else 0,
        extra=found.extra if found is not None else 0,
        never_sent=found.extra_kinds.get(extras.NEVER_SENT, 0) if found is not None else 0,
        altered=any(one.words.altered for one in observed.findings if not one.is_publisher),
        is_foreign=bool(sampled) and holds_marker(sampled[0]),
        sample=f'"{quoted(sampled[0], SHOWN)}"' if sampled else "",
    )


def _hung_up(drops: Drops, *, is_early: bool) -> str:
    """Return how the connections ended if by that nobody was left to send or to receive; else nothing."""
    is_half = 2 * drops.in_time >= max(1, drops.opened)
    if not drops.emptied and not is_half:
        return ""
    who = f"{drops.in_time:,} of {drops.opened:,} connections" if is_half else f"all {drops.emptied[0]}"
    ended = f"{who} had to be ended" if drops.are_ours else f"the target closed {who}"
    when = "before the load began" if is_early else "before the hold's end"
    return f"{ended} {when} ({listed(drops.groups)})"


def below_zero(run: Run, error_s: float) -> Iterator[str]:
    """Yield each figure of the run that is below 0, which no time can be, by more than clocks may differ."""
    holders = {"": run, "connections.": run.connections, "fanout.": run.fanout, "generator.": run.generator}
    for prefix, holder in holders.items():
        for name in holder.__struct_fields__ if holder is not None else ():
            seen = getattr(holder, name)
            if isinstance(seen, Distribution) and seen.min is not None and seen.min < -error_s:
                yield f"{prefix}{name} {1_000 * seen.min:,.3g} ms"


def _tail(histogram: Histogram) -> tuple[int | None, float]:
    """Return the 99th percentile, or the highest that the sample carries, and which one it is."""
    for percent in (99, 95, 90, 50):
        if is_supported(histogram.n, percent):
            return histogram.percentile_ns(percent), percent
    return None, 50


def _ns(value_s: float | None) -> int | None:
    return None if value_s is None else round(value_s * NS_PER_S)
