"""What one run showed, before it is put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wswarm.drive.host.probes import MachineUse, TargetMeter, TargetUse
from wswarm.experiment.kernel import KernelSeen
from wswarm.results.run import Probe
from wswarm.stats.findings import Findings, Window
from wswarm.stats.trends import Samples

_NOTHING_SEEN = KernelSeen()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What one run showed.

    Attributes:
        was_cut: Whether the run was ended before its hold began; `was_connecting`: before all connections were begun.
        target_uses: The target's CPU and memory `before` connecting, when all were `open`, at `hold` and `end`.
        target_peak: Most resident bytes seen of it. `sampled`: what it held, by the figure's name.
        clock_error_ns: The most by which times between two machines' clocks may be wrong.
        interruption: What of the plan an interrupted run did not do; `None`: it was not interrupted.
        died: How the target's process ended before the hold did, if it did.
        notices: What else is to be told.
        probe: What the quiet probe says. `kernel`: what this machine's did.
    """

    started_at: datetime
    window: Window
    end_ns: int
    findings: Sequence[Findings]
    deaths: tuple[str, ...]
    machine: MachineUse
    was_cut: bool
    was_connecting: bool
    is_shared: bool
    target: TargetMeter | None
    target_uses: dict[str, TargetUse | None]
    target_peak: int
    clock_error_ns: int = 0
    interruption: str | None = None
    died: str | None = None
    sampled: Mapping[str, Samples] = field(default_factory=dict)
    notices: Sequence[str] = ()
    probe: Probe | None = None
    kernel: KernelSeen = _NOTHING_SEEN
