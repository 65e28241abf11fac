"""One load of a cell, as it is put on a target."""

from typing import Any, NamedTuple

from wswarm.experiment.sizing.design import Wanted
from wswarm.experiment.sizing.setting import Setting
from wswarm.load.plan import Plan


class Load(NamedTuple):
    """What is asked of the generator.

    Attributes:
        rate: Publishes per s.
        agents: Processes that hold the connections.
    """

    wanted: Wanted
    rate: float
    hold_s: float
    agents: int = 1

    def plan(self, setting: Setting, url: str, seed: int) -> Plan:
        """Return the plan; who has said how many `processes` there are is listened to.

        Raises:
            PlanError: a value can't be.
        """
        wanted = self.wanted
        options: dict[str, Any] = {"rooms": wanted.rooms} if setting.rooms > 1 else {}
        if self.agents > 1 and "processes" not in setting.options:
            options["processes"] = self.agents
        return setting.plan(
            url,
            connections=wanted.connections,
            rate=self.rate,
            size=wanted.size,
            duration=self.hold_s,
            seed=seed,
            **options,
        )

    def __str__(self) -> str:
        wanted = self.wanted
        return (
            f"{wanted.connections:,} connections, {self.rate:,.4g}/s to {wanted.fanout:,} each, {wanted.size:,} B,"
            f" workers {wanted.workers}"
        )
