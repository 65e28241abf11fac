"""What is measured, by name."""

from typing import Literal

Scenario = Literal["connect", "echo", "fanout", "storm", "slow", "churn", "script", "replay"]

BROADCASTS: tuple[Scenario, ...] = ("fanout", "storm", "slow", "churn")
"""Those in which publishers publish and subscribers receive; without a rate, churn has only the latter."""
