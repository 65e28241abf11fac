"""How one connection differs from the others of its agent."""

from typing import NamedTuple

from wswarm.drive.connection import Driver, Settings
from wswarm.load.plan import Plan


class Manner(NamedTuple):
    """How one connection is opened and what it says, where that is not as all others."""

    plan: Plan
    driver: Driver
    settings: Settings
