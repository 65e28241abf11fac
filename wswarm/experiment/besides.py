"""What a front end may want to hear of a measurement besides how it stands."""

from collections.abc import Callable
from dataclasses import dataclass

from wswarm.experiment.checkpoints import Keep
from wswarm.experiment.course import Restarts
from wswarm.experiment.sampled import Sampling
from wswarm.results.progress import Traced


@dataclass(frozen=True, slots=True)
class Besides:
    """What a front end wants to hear besides how the run stands.

    Attributes:
        on_traced: Called with what the connections say and hear that the plan has shown.
        keep: Called now and then in a long run with what it has found so far, to be kept for good.
        keep_every_s: How often; `None`: as often as is good.
        restarts: The target, where it is ours to restart.
        sampling: Who wants the times of single messages.
    """

    on_traced: Callable[[Traced], None] | None = None
    keep: Keep | None = None
    keep_every_s: float | None = None
    restarts: Restarts | None = None
    sampling: Sampling | None = None
