"""What every protocol is held to, on a server of its own."""

from typing import Any

from tests.end_to_end.instrument import once_in_hold, run
from tests.protocols.programs import Program
from wswarm.results.run import Run

SUBSCRIBERS, BROADCASTS, RATE = 100, 50, 50.0
DRIVERS = (("picows", SUBSCRIBERS), ("websockets", SUBSCRIBERS // 5))


def broadcasts(url: str, driver: str, subscribers: int, **options: Any) -> Run:
    """A fan-out of 50 broadcasts, none of them in a warm-up."""
    load = {"rate": RATE, "duration": BROADCASTS / RATE, "warmup": 0.0, "connections": subscribers}
    return run("fanout", url, driver=driver, **{**load, **options})


def check_exact(found: Run, subscribers: int, *, may_reorder: bool = False) -> None:
    """Every broadcast reached every subscriber once, and nothing else came that is not of the protocol."""
    messages = found.messages
    assert messages is not None
    assert (found.connections.opened, found.connections.failed) == (subscribers + 1, 0)
    assert (messages.sent, messages.owed, messages.received) == (
        BROADCASTS,
        BROADCASTS * subscribers,
        BROADCASTS * subscribers,
    )
    others = {name: getattr(messages, name) for name in ("duplicated", "reordered", "extra", "unmarked")}
    if may_reorder:
        del others["reordered"]
    assert others == dict.fromkeys(others, 0)
    assert found.samples.unmarked == []


def killed_in_hold(program: Program, url: str, **options: Any) -> Run:
    """A fan-out whose server is killed half a second into the hold."""
    watch = once_in_hold(program.kill, after=0.5)
    return run("fanout", url, watch, connections=10, rate=20, duration=2.0, drain=0.5, **options)


def idle(url: str, seconds: float, **options: Any) -> Run:
    """Connections that do nothing but stay."""
    return run("connect", url, connections=10, duration=seconds, **options)


__all__ = ["BROADCASTS", "DRIVERS", "SUBSCRIBERS", "broadcasts", "check_exact", "idle", "killed_in_hold"]
