"""What a run file holds of what generator and target spent."""

import msgspec

from wswarm.results.distribution import Distribution


class GeneratorCost(msgspec.Struct, frozen=True, kw_only=True):
    """What the agents cost: CPU over hold and drain, memory as the sum of the agents'.

    Attributes:
        cpu_s_per_message: Per delivery (fan-out), per reply (echo), per answered step of a script.
        rss_per_connection: Growth by opening, per socket; `None` for fewer than 100 sockets.
        loop_lag: How late the agents' loops came to random instants.
    """

    processes: int
    cpu_s: float
    cpu_s_per_message: float | None
    peak_rss: int
    rss_per_connection: float | None
    loop_lag: Distribution
    driver: str
    pacing: str


class TargetCost(msgspec.Struct, frozen=True, kw_only=True):
    """What the target's process tree cost, when its process id is known."""

    pid: int
    cpu_s: float | None
    cpu_s_per_message: float | None
    peak_rss: int
    rss_per_connection: float | None
    command: str | None = None
