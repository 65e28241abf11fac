"""What the agents' reports say while a run goes on: how it stands, what has opened, and why nothing opens."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence

from wswarm.drive.fleet.fleet import AgentProcess, Fleet
from wswarm.drive.fleet.wire import GroupState
from wswarm.errors import GeneratorError, TargetError, TargetFailed
from wswarm.experiment.paces import has_open
from wswarm.experiment.refusals import in_words
from wswarm.load.manner import Manner
from wswarm.load.plan import Plan
from wswarm.results import redact
from wswarm.results.counts import Counts
from wswarm.results.progress import Phase, Progress
from wswarm.stats.findings import Findings
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

REASONS_TOLD = 5
_HOPELESS_AFTER = 100
_RATE_OVER_NS = 2_000_000_000
_THEIRS = (
    "; publishers hold the conversation of all: --publisher-say and --publisher-expect are theirs instead"
)


class Observer:
    """Makes a `Progress` of the agents' latest snapshots."""

    def __init__(self, plan: Plan, fleet: Fleet) -> None:
        self._plan, self._fleet = plan, fleet
        self._wanted = plan.sockets - plan.connections + round(plan.expected_at_once)
        self._sent_then: deque[tuple[int, int, int]] = deque()
        self._told: list[bytes] | None = None
        self._p50_s: float | None = None
        self._p99_s: float | None = None
        self._times = b""

    def progress(self, phase: Phase, origin_ns: int, now: int) -> Progress:
        """Return how the run stands at `now`; both times CLOCK_MONOTONIC ns."""
        states = states_of(self._fleet.agents)
        sent, received = (sum(getattr(one, name) for one in states) for name in ("sent", "received"))
        owing = sum(one.sent if one.owing is None else one.owing for one in states)
        self._sent_then.append((now, sent, owing))
        while self._sent_then[0][0] < now - _RATE_OVER_NS:
            self._sent_then.popleft()
        then_ns, sent_then, owing_then = self._sent_then[0]
        is_known = now - then_ns > _RATE_OVER_NS // 2
        self._note_times([one.times for one in states])
        return Progress(
            phase=phase,
            elapsed_s=max(0, now - origin_ns) / NS_PER_S,
            connections_open=sum(one.open for one in states),
            connections_requested=self._wanted,
            opened=sum(one.opened for one in states),
            failed=sum(one.failed for one in states),
            dropped=sum(sum(one.endings.values()) for one in states),
            swept=sum(one.dropped for one in states),
            back=sum(one.dropped - one.away for one in states),
            sent=sent,
            received=received,
            rate=(sent - sent_then) * NS_PER_S / (now - then_ns) if is_known and sent else None,
            p50_s=self._p50_s,
            p99_s=self._p99_s,
            times=self._times,
            counts=_counts(states),
            failed_sessions=sum(sum(one.sessions.values()) for one in states),
            lost=self._lost(owing_then, received, states) if is_known else None,
        )

    def _note_times(self, told: list[bytes]) -> None:
        """Take in histograms of times, if they are others than before: agents tell them anew four times a second."""
        if told == self._told:
            return
        self._told, times = told, Histogram()
        for one in told:
            times.merge_packed(one)
        p50_ns, p99_ns = times.percentile_ns(50), times.percentile_ns(99)
        self._p50_s = None if p50_ns is None else p50_ns / NS_PER_S
        self._p99_s = None if p99_ns is None else p99_ns / NS_PER_S
        self._times = times.pack()

    def _lost(self, owing_then: int, received: int, states: Sequence[GroupState]) -> int | None:
        """Return how many of the messages sent two seconds ago are owed and have not come, as far as is known.

        Where subscribers come, go, or read when they like, those count that the agents have given up.
        """
        if self._plan.scenario not in ("echo", "fanout"):
            counts = _counts(states) if self._plan.is_published else None
            return counts.lost if counts is not None else None
        holders = sum(one.open for one in states_of(self._fleet.holders))
        owed = owing_then * (holders // self._plan.rooms if self._plan.is_published else 1)
        return max(0, owed - received)


def _counts(states: Sequence[GroupState]) -> Counts | None:
    counts = [one.counts for one in states if one.counts is not None]
    return Counts.summed(counts) if counts else None


def is_hopeless(fleet: Fleet) -> bool:
    """Return whether nothing listens there: the first hundred connections were all refused by the system."""
    states = states_of(fleet.agents)
    refused = sum(one.failures.get("refused", 0) for one in states)
    failed = sum(one.failed for one in states)
    return refused == failed >= _HOPELESS_AFTER and not any(one.opened for one in states)


def check_opened(plan: Plan, fleet: Fleet, *, was_cut: bool) -> None:
    """Check that the ramp, ended early or not, opened what a run needs; ended early, any connection will do.

    Raises:
        GeneratorError, TargetError: it did not. TargetFailed: all had opened, and none of a kind was left.
        KeyboardInterrupt: it was ended before anything had opened or failed.
    """
    groups = [(fleet.holders, plan.manner)]
    if fleet.publisher is not None and plan.publish is None:
        groups.append(([fleet.publisher], plan.publishing))
    for group, manner in [(fleet.agents, plan.manner)] if was_cut else groups:
        if all(agent.death is not None for agent in group):
            raise GeneratorError(f"{'; '.join(agent.death or '' for agent in group)}: run it again")
        states = states_of(group)
        if not any(one.opened for one in states):
            if was_cut and not any(one.failed for one in states):
                raise KeyboardInterrupt
            is_publishers = group == [fleet.publisher]
            theirs = _THEIRS if is_publishers and plan.steps and not plan.publisher_steps else ""
            who = "publisher" if is_publishers else "connection"
            raise TargetError(refusal(manner, group, who) + theirs)
        may_end = not plan.is_published and plan.scenario != "echo"
        if not may_end and not was_cut and not any(map(has_open, group)):
            raise TargetFailed(
                f"{redact.address(manner.address)}: the target closed every connection before the load began"
                f"{_ends(group)}"
            )


def check_arrived(plan: Plan, findings: Sequence[Findings]) -> None:
    """Check that of connections that were opened in the load any was.

    Raises:
        TargetError: all have failed.
    """
    failures: Counter[str] = Counter()
    said: dict[str, str] = {}
    for one in findings:
        failures.update(one.sockets.failures)
        said = one.words.refusals | said
    if failures and not any(one.sockets.opened_ns for one in findings):
        raise TargetError(refusal_of(plan, failures, said))


def states_of(agents: Sequence[AgentProcess]) -> list[GroupState]:
    """Return how the groups of agents stand, as far as they have told."""
    return [state for agent in agents for state in agent.snapshot.groups]


def refusal(manner: Manner, agents: Sequence[AgentProcess], who: str = "connection") -> str:
    """Return in words why not one of the agents' connections opened, and what to do."""
    failures: Counter[str] = Counter()
    said: dict[str, str] = {}
    for state in states_of(agents):
        failures.update(state.failures)
        said = state.refusals | said
    return refusal_of(manner, failures, said, who)


def refusal_of(
    manner: Manner, failures: Counter[str], said: Mapping[str, str], who: str = "connection"
) -> str:
    """Return in words why no connection opened, and what to do.

    Args:
        failures: Failed handshakes by reason. said: What came with one of each. who: Of whom not one opened.
    """
    if not failures:
        return f"every connection was closed at once by the target: {redact.address(manner.address)}; see its log"
    told = [
        in_words(reason, said.get(reason, ""), f" ({count:,})")
        for reason, count in failures.most_common(REASONS_TOLD)
    ]
    rest = failures.total() - sum(count for _, count in failures.most_common(REASONS_TOLD))
    text = ", ".join(told) + (f" and {rest:,} for other reasons" if rest else "")
    first = failures.most_common(1)[0][0]
    has_steps = bool(manner.steps or (manner.protocol is not None and manner.protocol.steps))
    failed = f"no {who} became ready" if has_steps else "every handshake failed"
    from wswarm.experiment.mends import mend  # it may ask the target once more, for which it loads TLS

    what_to_do = redact.address(mend(first, said.get(first, ""), manner))
    return f"{failed}: {text}; {redact.address(manner.address)}: {what_to_do}"


def _ends(agents: Sequence[AgentProcess]) -> str:
    """Return in words how the agents' connections ended."""
    ended: Counter[str] = Counter()
    for state in states_of(agents):
        ended.update(state.endings)
    told = [f"{label} ({count:,})" for label, count in ended.most_common(REASONS_TOLD)]
    return f": {', '.join(told)}" if told else "; see its log"
