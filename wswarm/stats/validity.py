"""The verdict of a run on itself: was this a measurement of the target, or of something else?"""

from dataclasses import dataclass

from wswarm.run import Scenario, Validity, Verdict

MS = 1_000_000
_INTERRUPTED = "interrupted while connecting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the verdict is drawn from.

    Attributes:
        sent_share: Sent of offered in the hold, `None` where nothing was offered.
        send_lag_ns: 99th percentile of sent − intended, or the highest that the sample carries, which
            `send_lag_percent` names.
        median_ns: Median response time (fan-out: delivery time; connect: handshake time).
        completion_ns: Fan-out: median completion time; else the same as `median_ns`.
        loop_lag_ns: Likewise, of how late the loop of the latest agent came to random instants.
        longest_stop_ns: Longest of these.
        cpu_share: CPU of the busiest agent, of one core.
        steal: Share of the machine's time that its host gave to others, `None` if unknown.
        busy: Share of all cores in use.
        is_shared: Whether the target runs on this machine, so that both share its cores.
        lost_agents: What became of each agent that died.
        opened_share: Connections opened of requested; of those begun if `was_connecting`.
        measured: Replies or deliveries received in the hold; `None` for a scenario without messages.
        was_cut: Whether the run was ended before its hold began; `was_connecting`: before all connections were begun.
    """

    scenario: Scenario
    sent_share: float | None = None
    send_lag_ns: int | None = None
    send_lag_percent: float = 99
    median_ns: int | None = None
    completion_ns: int | None = None
    loop_lag_ns: int | None = None
    loop_lag_percent: float = 99
    longest_stop_ns: int = 0
    cpu_share: float = 0.0
    steal: float | None = None
    busy: float | None = None
    is_shared: bool = False
    lost_agents: tuple[str, ...] = ()
    opened_share: float = 1.0
    measured: int | None = None
    was_cut: bool = False
    was_connecting: bool = False


def judge(evidence: Evidence) -> Validity:
    """Return the verdict: the worst of the reasons', the reasons in order of weight."""
    invalid = [*_invalid_machine(evidence), *_invalid_load(evidence)]
    suspect = [*_suspect_load(evidence), *_suspect_machine(evidence)]
    verdict: Verdict = "invalid" if invalid else "suspect" if suspect else "valid"
    return Validity(verdict=verdict, reasons=[*invalid, *suspect])


def _invalid_machine(evidence: Evidence) -> list[str]:
    reasons = [f"{lost}: its share of the run is missing; run it again" for lost in evidence.lost_agents]
    if evidence.longest_stop_ns > 250 * MS:
        reasons.append(
            f"a generator process stood still for {evidence.longest_stop_ns / 1e9:.2f} s: times of messages due"
            " meanwhile are its own; run it again on a quieter machine"
        )
    return reasons


def _invalid_load(evidence: Evidence) -> list[str]:
    reasons = []
    if evidence.measured == 0 and not evidence.lost_agents:
        reasons.append(f"nothing measured: {_nothing(evidence)}")
    if evidence.sent_share is not None and evidence.sent_share < 0.99:
        reasons.append(
            f"only {evidence.sent_share:.2%} of the offered messages were sent: connections were lost or the"
            " target did not take them; lower --rate or look at the closes"
        )
    if _is_late(evidence, 10 * MS, 0.5):
        reasons.append(f"{_lag_text(evidence)}; lower --rate or use more --processes")
    if evidence.opened_share < 0.9:
        reasons.append(
            f"only {evidence.opened_share:.1%} of the connections opened: see the reasons of the failures;"
            " lower -c or --connect-rate"
        )
    return reasons


def _suspect_load(evidence: Evidence) -> list[str]:
    reasons = []
    if evidence.was_connecting and evidence.scenario == "connect":
        reasons.append(f"{_INTERRUPTED}: not all connections were begun, and none was held")
    if evidence.sent_share is not None and 0.99 <= evidence.sent_share < 0.999:
        reasons.append(f"{evidence.sent_share:.2%} of the offered messages were sent: lower --rate")
    if _is_late(evidence, MS, 0.1) and not _is_late(evidence, 10 * MS, 0.5):
        reasons.append(f"{_lag_text(evidence)}; lower --rate")
    if 0.9 <= evidence.opened_share < 1:
        reasons.append(
            f"{min(evidence.opened_share, 0.999):.1%} of the connections opened: see the reasons of the failures"
        )
    return reasons


def _suspect_machine(evidence: Evidence) -> list[str]:
    reasons = []
    lag_ns, against_ns = evidence.loop_lag_ns, evidence.completion_ns
    if lag_ns is not None and against_ns is not None and lag_ns > MS and lag_ns > 0.1 * against_ns:
        reasons.append(
            f"the generator's loop was {lag_ns / MS:.1f} ms late (p{evidence.loop_lag_percent:g}),"
            " more than a tenth of what it measured: use more --processes or fewer connections"
        )
    if evidence.cpu_share > 0.85:
        reasons.append(f"a generator process used {evidence.cpu_share:.0%} of a core: use more --processes")
    if evidence.steal is not None and evidence.steal > 0.05:
        reasons.append(f"the host took {evidence.steal:.0%} of this machine's time: use a quieter machine")
    if evidence.is_shared and evidence.busy is not None and evidence.busy > 0.95:
        reasons.append(
            f"target and generator kept {evidence.busy:.0%} of all cores busy: they delay each other;"
            " lower --rate or use another machine for one of them"
        )
    return reasons


def _is_late(evidence: Evidence, least_ns: int, share: float) -> bool:
    lag_ns, median_ns = evidence.send_lag_ns, evidence.median_ns
    return lag_ns is not None and lag_ns > least_ns and (median_ns is None or lag_ns > share * median_ns)


def _lag_text(evidence: Evidence) -> str:
    return (
        f"messages were sent {(evidence.send_lag_ns or 0) / MS:.1f} ms late (p{evidence.send_lag_percent:g})"
    )


def _nothing(evidence: Evidence) -> str:
    if evidence.was_connecting:
        return f"{_INTERRUPTED}; let the ramp end, or shorten it with --connect-rate"
    if evidence.was_cut:
        return "the run was ended before its hold began"
    if evidence.scenario == "fanout":
        return (
            "no marked message came back; does the target relay what a client sends to the others?"
            " The reference application does with --profile chat"
        )
    return "no marked message came back; does the target answer each message with its text?"
