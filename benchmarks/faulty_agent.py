"""An agent with a fault, which its environment names: it reads late, or its timers tick."""

import asyncio
import os

from wswarm.drive import agent, timers
from wswarm.drive.drivers.connection import Events
from wswarm.drive.drivers.picows_driver import PicowsConnection
from wswarm.drive.fleet.serving import serve
from wswarm.units import NS_PER_S

FAULT = "WSWARM_FAULT"  # such as `late 0.005` or `tick 0.01`


def read_late(by_s: float) -> None:
    """Have what comes looked at so many seconds after it has come."""
    attach = PicowsConnection.attach

    def attach_late(self: PicowsConnection, events: Events) -> None:
        attach(self, events)
        loop, read = asyncio.get_running_loop(), self.data_received
        self.data_received = lambda data: loop.call_later(by_s, read, data)  # type: ignore[method-assign, assignment]

    PicowsConnection.attach = attach_late  # type: ignore[method-assign]


def tick(every_s: float) -> None:
    """Have timers go off at the ticks of a coarse clock alone."""
    arm, tick_ns = timers.KernelTimer.arm, round(every_s * NS_PER_S)

    def arm_at_tick(self: timers.KernelTimer, at_ns: int) -> None:
        arm(self, -(-at_ns // tick_ns) * tick_ns)

    timers.KernelTimer.arm = arm_at_tick  # type: ignore[method-assign]


if __name__ == "__main__":
    name, amount = os.environ[FAULT].split()
    {"late": read_late, "tick": tick}[name](float(amount))
    serve(agent.obey)
