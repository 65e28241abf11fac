"""Everything about a comparison that is settled before the first server is started."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from wswarm.drive.host.server import Command
from wswarm.errors import PlanError
from wswarm.experiment.ab.design import Timing
from wswarm.load.plan import Plan, make_plan
from wswarm.stats.compare.ab import Design
from wswarm.stats.compare.comparison import Side
from wswarm.stats.compare.slices import Arm

ARMS: tuple[Arm, Arm] = ("base", "head")
DRAIN_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """What is compared, how, and for how long.

    Attributes:
        sides: What is known of the versions; `commands`: how to start their servers.
        url: Of the service, `{port}` in it.
        options: Of the plan, as `make_plan` takes them; without a rate it is measured.
        is_pinned: Whether servers and generator run on cores of their own.
    """

    sides: Mapping[Arm, Side]
    commands: Mapping[Arm, Command]
    url: str
    scenario: Literal["echo", "fanout"]
    options: Mapping[str, Any]
    design: Design
    timing: Timing
    seed: int
    is_pinned: bool = True

    @property
    def rate(self) -> float | None:
        """The rate that was asked for."""
        return self.options.get("rate")

    def plan(self, port: int) -> Plan:
        """Return how to connect to a server on the port, and what to say.

        Raises:
            PlanError: a value can't be.
        """
        if "{port}" not in self.url:
            raise PlanError(f"--url {self.url!r} has no {{port}}: put it where the port goes")
        options = {"drain": DRAIN_S, **self.options, "seed": self.seed}
        plan = make_plan(self.scenario, self.url.replace("{port}", str(port)), **options)
        return msgspec.structs.replace(plan, closed=self.scenario == "echo", processes=plan.processes or 1)
