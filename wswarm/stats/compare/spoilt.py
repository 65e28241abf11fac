"""Which slices the generator or the machine has spoilt: rules set beforehand, that do not look at the arm."""

from dataclasses import dataclass

from wswarm.stats.passing import FULL_CORE, OWN_CORE

MS = 1_000_000
_STOP_NS = 250 * MS  # as of a whole run
_STOP_SHARE = 0.25
_STEAL = 0.3
_LATE_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What is known of a slice that is not the server's doing.

    Attributes:
        length_ns: Of its load.
        deaths: What became of each agent that died.
        longest_stop_ns: Longest that a loop of the generator stood still.
        lag_ns: Median of how late messages were sent, `None` if none were.
        steal: Share of the machine's time that its host gave to others, `None` if unknown.
        own_cpu: The most of a core that a process of the generator used; `server_cpu` by one of the server's. Of
            loads that are to be too much; else unknown.
        least_ns: The shortest time that was measured, `None` if none was.
    """

    length_ns: int
    deaths: tuple[str, ...] = ()
    longest_stop_ns: int = 0
    lag_ns: int | None = None
    steal: float | None = None
    own_cpu: float | None = None
    server_cpu: float | None = None
    least_ns: int | None = None


def spoilt(found: Conditions) -> tuple[str, ...]:
    """Return why the slice says nothing of the server; none if it does.

    Messages that were not sent are no reason: the server may have closed the connections, or not read them.
    """
    reasons = list(found.deaths)
    if found.longest_stop_ns > max(_STOP_NS, _STOP_SHARE * found.length_ns):
        reasons.append(f"the generator stood still for {found.longest_stop_ns / MS:.0f} ms")
    if found.lag_ns is not None and found.lag_ns > _LATE_SHARE * found.length_ns:
        reasons.append(f"half of the messages were sent {found.lag_ns / MS:.0f} ms late or more")
    if found.steal is not None and found.steal > _STEAL:
        reasons.append(f"the host took {found.steal:.0%} of the machine's time")
    if (found.own_cpu or 0.0) > OWN_CORE and (found.server_cpu or 0.0) < FULL_CORE:
        reasons.append(
            f"the generator used {found.own_cpu:.0%} of a core, the server {found.server_cpu or 0:.0%}"
        )
    if found.least_ns is not None and found.least_ns < 0:
        reasons.append(
            f"a measured time is below 0 ({found.least_ns / MS:,.3g} ms): that is a bug of wswarm, report it"
        )
    return tuple(reasons)
