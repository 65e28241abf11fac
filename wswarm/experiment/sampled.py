"""The times of single messages, as the agents told them, made whole: when broadcasts were sent is in their log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from wswarm.drive.fleet.fleet import AgentProcess
from wswarm.stats.findings import Findings, Window
from wswarm.stats.kept import UNKNOWN_NS, Kept, Sampled, joined, unpack_kept
from wswarm.stats.summary import hold_log, sends_of


@dataclass(frozen=True, slots=True)
class Sampling:
    """Who wants the times of how many messages at most."""

    most: int
    take: Callable[[Sampled], None]


def sampled_of(
    agents: Sequence[AgentProcess], findings: Sequence[Findings], window: Window, most: int
) -> Sampled:
    """Return the first of the messages, no more than `most`."""
    kept = _without_found(joined([unpack_kept(one) for agent in agents for one in agent.sampled]))
    in_hold = (kept.intended_ns >= window.hold_ns) & (kept.intended_ns < window.drain_ns)
    kept = _with_sent(kept.where(in_hold), findings, window)
    order = np.argsort(kept.intended_ns, kind="stable")
    left_out = sum(sum(agent.left_out.values()) for agent in agents) + max(0, len(order) - most)
    return Sampled(_since(kept.where(order[:most]), window.origin_ns), left_out)


def _without_found(kept: Kept) -> Kept:
    """Return them without those that were lost and came after all."""
    is_lost = kept.received_ns == UNKNOWN_NS
    if not is_lost.any():
        return kept
    lost, come = kept.where(is_lost), kept.where(~is_lost)
    came = set(zip(come.rows.tolist(), come.numbers.tolist(), strict=True))
    still = [one not in came for one in zip(lost.rows.tolist(), lost.numbers.tolist(), strict=True)]
    return joined([come, lost.where(np.array(still, np.bool_))])


def _with_sent(kept: Kept, findings: Sequence[Findings], window: Window) -> Kept:
    """Return them with when broadcasts were sent."""
    log = hold_log(sends_of(findings), window)
    if not len(log.sequences):
        return kept
    place = np.minimum(np.searchsorted(log.sequences, kept.numbers), len(log.sequences) - 1)
    is_known = (kept.sent_ns == UNKNOWN_NS) & (log.sequences[place] == kept.numbers)
    return kept._replace(sent_ns=np.where(is_known, log.sent_ns[place], kept.sent_ns))


def _since(kept: Kept, origin_ns: int) -> Kept:
    """Return them by the run's clock; what is unknown stays so."""
    sent_ns, received_ns = (
        np.where(one == UNKNOWN_NS, UNKNOWN_NS, one - origin_ns) for one in (kept.sent_ns, kept.received_ns)
    )
    return kept._replace(intended_ns=kept.intended_ns - origin_ns, sent_ns=sent_ns, received_ns=received_ns)
