"""What a command measures, and of whom."""

from typing import NamedTuple

from wswarm.load.plan import Plan


class Planned(NamedTuple):
    """What a command measures.

    Attributes:
        is_reference: Whether its target is a reference application that has to be started.
        hints: What has to be known before it is measured.
        name: Of the scenario in a plan file, where it is not the scenario's own.
        workers: Of that application.
    """

    plan: Plan
    is_reference: bool
    hints: tuple[str, ...] = ()
    name: str | None = None
    workers: int = 1

    @property
    def title(self) -> str:
        """What it is called."""
        return self.name or self.plan.scenario
