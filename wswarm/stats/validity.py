"""The verdict of a run on itself: was this a measurement of the target, or of something else?"""

from dataclasses import dataclass

from wswarm.results.run import Scenario, Validity, Verdict
from wswarm.stats import causes
from wswarm.stats.belief import Beliefs, doubts
from wswarm.stats.causes import Surroundings
from wswarm.stats.random_gaps import BURSTS, Fit, clumps
from wswarm.stats.silence import Instead, likely_reason

MS = 1_000_000
_STOP_NS = 250 * MS
_INTERRUPTED = "interrupted while connecting"
_UNKNOWN = Surroundings()
_UNASKED = Instead()
_NOTHING_ELSE = Beliefs()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the verdict is drawn from.

    Attributes:
        sent_share: Sent in the hold of what was offered on connections that the target had not closed, `None` where
            that was nothing.
        blocked: Messages of those that still waited for room when the drain ended: the target did not read.
        send_lag_ns: 99th percentile of sent − intended, or the highest that the sample carries, which
            `send_lag_percent` names.
        waiting: What sends waited for that is not the generator's doing, as a clause; "" for nothing.
        median_ns: Median response time (fan-out: delivery time; connect: handshake time).
        completion_ns: Fan-out: median completion time; else the same as `median_ns`.
        loop_lag_ns: Likewise, of how late the loop of the latest agent came to random instants.
        longest_stop_ns: Longest of these. `stood_ns`: longest that an agent did not run at all.
        below_zero: Times that came out below 0, each with its value.
        cpu_share: CPU of the busiest agent, of one core.
        steal: Share of the machine's time that its host gave to others, `None` if unknown.
        busy: Share of all cores in use.
        is_shared: Whether the target runs on this machine, so that both share its cores.
        around: What else is known of the generator and its machine.
        lost_agents: What became of each agent that died.
        opened_share: Connections opened of requested; of those begun if `was_connecting`.
        refused: Why most of the others did not open.
        measured: Replies or deliveries received in the hold; `None` for a scenario without messages.
        instead: What there was instead, if that is nothing.
        blocks: Lines at which a script kept the loop from all else, and for how long at most, ns; the longest first.
        beliefs: What else was looked at beside the load.
        squeezed: What TCP took of the kernel's memory, as a clause, if that was so much that every socket suffered.
        arrivals: How well random arrivals kept to their moments; `None` where there are none, or too few.
        was_cut: Whether the run was ended before its hold began; `was_connecting`: before all connections were begun.
    """

    scenario: Scenario
    sent_share: float | None = None
    blocked: int = 0
    send_lag_ns: int | None = None
    send_lag_percent: float = 99
    waiting: str = ""
    median_ns: int | None = None
    completion_ns: int | None = None
    loop_lag_ns: int | None = None
    loop_lag_percent: float = 99
    longest_stop_ns: int = 0
    stood_ns: int = 0
    below_zero: tuple[str, ...] = ()
    cpu_share: float = 0.0
    steal: float | None = None
    busy: float | None = None
    is_shared: bool = False
    around: Surroundings = _UNKNOWN
    lost_agents: tuple[str, ...] = ()
    opened_share: float = 1.0
    refused: str = ""
    measured: int | None = None
    instead: Instead = _UNASKED
    blocks: tuple[tuple[str, int], ...] = ()
    beliefs: Beliefs = _NOTHING_ELSE
    squeezed: str = ""
    arrivals: Fit | None = None
    was_cut: bool = False
    was_connecting: bool = False


def judge(evidence: Evidence) -> Validity:
    """Return the verdict: the worst of the reasons', the reasons in order of weight."""
    invalid = [*_broken(evidence), *_invalid_load(evidence), *_stopped(evidence)]
    suspect = [*_suspect_load(evidence), *_suspect_machine(evidence), *doubts(evidence.beliefs)]
    verdict: Verdict = "invalid" if invalid else "suspect" if suspect else "valid"
    return Validity(verdict=verdict, reasons=[*invalid, *suspect])


def _broken(evidence: Evidence) -> list[str]:
    """Return what makes any figure worthless: first of all."""
    reasons = [f"{lost}: its share of the run is missing; run it again" for lost in evidence.lost_agents]
    if evidence.measured == 0 and not evidence.lost_agents:
        reasons.append(f"nothing measured: {_nothing(evidence)}")
    if evidence.squeezed:
        reasons.append(
            f"{evidence.squeezed}: the kernel squeezes the buffers of every socket of this machine then, so times and"
            " losses are partly its doing; use fewer slow readers or smaller messages, or raise net.ipv4.tcp_mem"
        )
    if evidence.below_zero:
        reasons.append(
            f"a measured time is below 0 ({', '.join(evidence.below_zero)}): that is a bug of wswarm, not of the"
            " target; do not use the times, and report it with this run file"
        )
    return reasons


def _stopped(evidence: Evidence) -> list[str]:
    if evidence.stood_ns <= _STOP_NS:
        return []
    if evidence.blocks:
        return [_blocked(evidence)]
    stop = f"{evidence.stood_ns / 1e9:.2f} s"
    return [
        f"a generator process stood still for {stop}{_why_stopped(evidence)}: times of messages due meanwhile may be"
        f" up to {stop} too long, counts stand; run it again on a quieter machine"
    ]


def _blocked(evidence: Evidence) -> str:
    (place, longest_ns), *others = evidence.blocks
    stop = f"{max(longest_ns, evidence.longest_stop_ns) / 1e9:.2f} s"
    also = f", and at {', '.join(place for place, _ in others[:2])}" if others else ""
    return (
        f"the script blocked its process for up to {stop} at {place}{also}: no other session went on meanwhile, times"
        f" may be up to {stop} too long, counts stand; wait with 'await ws.sleep(…)', and give what takes long to"
        " asyncio.to_thread"
    )


def _why_stopped(evidence: Evidence) -> str:
    """Return that it had no core, if it waited for long enough to explain a stop; a stopped process does not wait."""
    waited = evidence.around.wait_share
    return (
        f" (it waited for a core for {waited:.0%} of the time)"
        if waited is not None and waited >= 0.01
        else ""
    )


def _invalid_load(evidence: Evidence) -> list[str]:
    reasons = []
    if evidence.opened_share < 0.9:
        reasons.append(
            f"only {evidence.opened_share:.1%} of the connections opened{_refused(evidence)}: the figures are those"
            " of a smaller load; lower -c or --connect-rate, or see to what refused them"
        )
    if evidence.sent_share is not None and evidence.sent_share < 0.99:
        reasons.append(f"only {_unsent(evidence)}")
    if _is_late(evidence, 10 * MS, 0.5):
        reasons.append(_late(evidence))
    return reasons


def _suspect_load(evidence: Evidence) -> list[str]:
    reasons = []
    if evidence.was_connecting and evidence.scenario == "connect":
        reasons.append(f"{_INTERRUPTED}: not all connections were begun, and none was held")
    if evidence.sent_share is not None and 0.99 <= evidence.sent_share < 0.999:
        reasons.append(_unsent(evidence))
    if _is_late(evidence, MS, 0.1) and not _is_late(evidence, 10 * MS, 0.5):
        reasons.append(_late(evidence))
    if evidence.arrivals is not None and evidence.arrivals.is_poor and not evidence.waiting:
        why, mend = _why_late(evidence)
        reasons.append(f"{clumps(evidence.arrivals)}: {why}; {BURSTS}{mend}")
    if 0.9 <= evidence.opened_share < 1:
        reasons.append(
            f"{min(evidence.opened_share, 0.999):.1%} of the connections opened{_refused(evidence)}: the figures are"
            " those of a slightly smaller load; see the reasons of the failures"
        )
    return reasons


def _suspect_machine(evidence: Evidence) -> list[str]:
    reasons = []
    lag_ns, against_ns = evidence.loop_lag_ns, evidence.completion_ns
    if lag_ns is not None and against_ns is not None and lag_ns > MS and lag_ns > 0.1 * against_ns:
        why = _why_late(evidence)
        reasons.append(
            f"the generator's loop was {lag_ns / MS:.1f} ms late (p{evidence.loop_lag_percent:g}), more than a tenth"
            f" of what it measured: {why[0]}; {_too_long(lag_ns)}{why[1]}"
        )
    if evidence.blocks and evidence.stood_ns <= _STOP_NS:
        reasons.append(_blocked(evidence))
    elif evidence.longest_stop_ns > _STOP_NS >= evidence.stood_ns:
        stop = f"{evidence.longest_stop_ns / 1e9:.2f} s"
        reasons.append(
            f"a generator process was busy for {stop} without a break: times of messages due meanwhile may be up to"
            f" {stop} too long, counts stand; use more --processes, or fewer connections in each"
        )
    if evidence.cpu_share > 0.85:
        reasons.append(
            f"a generator process used {evidence.cpu_share:.0%} of a core: messages wait for its own work;"
            f" {_too_long(lag_ns)}; use more --processes"
        )
    if evidence.steal is not None and evidence.steal > 0.05:
        reasons.append(
            f"the host took {evidence.steal:.0%} of this machine's time; {_too_long(lag_ns)}; use a quieter machine"
        )
    if _is_crowded(evidence):
        reasons.append(_busy(evidence))
    return reasons


def _why_late(evidence: Evidence) -> tuple[str, str]:
    """Return cause and mend; where the send lag tells of them, that it is the same."""
    if _is_late(evidence, MS, 0.1):
        return "the same cause", ""
    return _cause(evidence), f"; {_mend(evidence)}"


def _is_crowded(evidence: Evidence) -> bool:
    return evidence.is_shared and evidence.busy is not None and evidence.busy > 0.95


def _busy(evidence: Evidence) -> str:
    return (
        f"{evidence.busy:.0%} of all cores was in use{causes.users(evidence.around)}: target, generator and"
        " whatever else runs delay each other; the target's own times may be too long by an unknown amount, counts"
        f" stand; {causes.room(evidence.around)}"
    )


def _is_late(evidence: Evidence, least_ns: int, share: float) -> bool:
    lag_ns, median_ns = evidence.send_lag_ns, evidence.median_ns
    return lag_ns is not None and lag_ns > least_ns and (median_ns is None or lag_ns > share * median_ns)


def _late(evidence: Evidence) -> str:
    lag_ns = evidence.send_lag_ns or 0
    if evidence.waiting:
        return (
            f"messages were sent {lag_ns / MS:.1f} ms late (p{evidence.send_lag_percent:g}): {evidence.waiting};"
            f" {_too_long(lag_ns)}; lower --rate"
        )
    return (
        f"messages were sent {lag_ns / MS:.1f} ms late (p{evidence.send_lag_percent:g}): {_cause(evidence)};"
        f" {_too_long(lag_ns)}; {_mend(evidence)}"
    )


def _unsent(evidence: Evidence) -> str:
    share = f"{evidence.sent_share:.2%} of the offered messages were sent"
    kept = "the figures are those of a smaller load"
    if evidence.waiting:
        return f"{share}: {evidence.waiting}; {kept}; lower --rate"
    if evidence.blocked:
        return (
            f"{share}: {evidence.blocked:,} still waited for room on connections that the target does not read;"
            f" {kept}; lower --rate"
        )
    return (
        f"{share}: the others were late until the drain ended, {_cause(evidence)}; {kept}; {_mend(evidence)}"
    )


def _too_long(lag_ns: int | None) -> str:
    amount = "by an unknown amount too long" if lag_ns is None else f"up to {lag_ns / MS:.1f} ms too long"
    return f"times may be {amount}, counts stand"


def _cause(evidence: Evidence) -> str:
    names_users = not _is_crowded(evidence)  # which is a reason of its own, that names them
    return causes.cause(evidence.around, evidence.cpu_share, evidence.steal, names_users=names_users)


def _mend(evidence: Evidence) -> str:
    return causes.mend(evidence.around, evidence.cpu_share, evidence.steal)


def _refused(evidence: Evidence) -> str:
    return f" ({evidence.refused})" if evidence.refused else ""


def _nothing(evidence: Evidence) -> str:
    if evidence.instead.hung_up:
        return evidence.instead.hung_up
    if evidence.was_connecting:
        return f"{_INTERRUPTED}; let the ramp end, or shorten it with --connect-rate"
    if evidence.was_cut:
        return "the run was ended before its hold began"
    return likely_reason(evidence.scenario, evidence.instead)
