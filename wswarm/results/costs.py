"""What a run file holds of what generator and target spent."""

import msgspec

from wswarm.results.distribution import Distribution


class GeneratorCost(msgspec.Struct, frozen=True, kw_only=True):
    """What the agents cost: CPU over hold and drain, memory as the sum of the agents'.

    Attributes:
        processes: Agents: processes that hold connections.
        cpu_s: CPU seconds of all of them.
        peak_rss: Bytes, the sum of the agents' greatest.
        driver: The library that reads and writes the WebSockets.
        pacing: How sends are timed: `exact`, a wake-up for each, or `batched`.
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
    """What the target's process tree cost over hold and drain, when its process id is known; `None`: not known.

    Attributes:
        pid: The tree's root.
        cpu_s: CPU seconds of all of it.
        cpu_s_per_message: Per delivery (fan-out), per reply (echo), per answered step of a script.
        peak_rss: Bytes, the greatest sum that was seen.
        rss_per_connection: Growth by opening, per socket; `None` for fewer than 100 sockets.
        command: How it was started.
    """

    pid: int
    cpu_s: float | None
    cpu_s_per_message: float | None
    peak_rss: int
    rss_per_connection: float | None
    command: str | None = None
