"""One plan through `wswarm`, one Locust process, forked workers, and a master with workers: the same figures.

The servers hold every message so long that what the machine adds is less than 2 % of it. In the environment,
`SAME_FIGURES_HOLD_S=30 SAME_FIGURES_DELAY_S=0.02` makes it a measurement, for a machine that does nothing else.
"""

import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.end_to_end.instrument import as_told, beside_a_bystander, clock, run, together
from tests.end_to_end.servers import serve
from tests.locust.harness import distributed, forking, headless, locust
from wswarm.results.run import Distribution, Run

pytestmark = [clock, pytest.mark.slow]

HOLD_S = float(os.environ.get("SAME_FIGURES_HOLD_S", "2"))
PERCENTILES = ("p50", "p90", "p99") if HOLD_S >= 30 else ("p50",)
LOCUSTFILE = """
from wswarm.locust import WebSocketUser

class Asking(WebSocketUser):
    scenario = "echo"
    url = "{echo}"
    rate = 100

class Chancing(WebSocketUser):
    scenario = "echo"
    url = "{echo}"
    rate = 70
    settings = {{"arrivals": "poisson"}}

class Losing(WebSocketUser):
    scenario = "echo"
    url = "{quitting}"
    rate = 40

class Listening(WebSocketUser):
    scenario = "fanout"
    url = "{relay}"
    rate = 40
"""
USERS = 10  # of each class

Runs = dict[str, Run]


def long_enough_s() -> float:
    """How long the servers hold a message, longer on a machine that is busy now."""
    _, late_s = beside_a_bystander(partial(time.sleep, 0.5))
    return 0.5 if late_s < 0.002 else 1.5


@pytest.fixture(scope="module")
def urls() -> Iterator[dict[str, str]]:
    delay_s = float(os.environ.get("SAME_FIGURES_DELAY_S") or long_enough_s())
    with (
        serve("fixed_delay", delay=delay_s) as echo,
        serve("delayed_relay", delay=delay_s) as relay,
        serve("quitting", every=5) as quitting,
    ):
        yield {"echo": echo.url, "relay": relay.url, "quitting": quitting.url}


@pytest.fixture(scope="module")
def own(urls: dict[str, str]) -> Runs:
    """What wswarm's own front end measures: all at once, as Locust does."""
    load = {"connections": USERS, "duration": HOLD_S}
    asking, chancing, losing, listening = together(
        lambda: run("echo", urls["echo"], rate=100, **load),
        lambda: run("echo", urls["echo"], rate=70, arrivals="poisson", **load),
        lambda: run("echo", urls["quitting"], rate=40, **load),
        lambda: run("fanout", urls["relay"], rate=40, **load),
    )
    return {"Asking": asking, "Chancing": chancing, "Losing": losing, "Listening": listening}


@pytest.fixture
def folder(tmp_path: Path, urls: dict[str, str]) -> Path:
    (tmp_path / "locustfile.py").write_text(LOCUSTFILE.format(**urls))
    return tmp_path


def arguments() -> list[str]:
    return [*headless("ws://127.0.0.1", 4 * USERS), "--ws-hold", f"{HOLD_S:g}s"]


def test_one_locust_process_finds_what_wswarm_finds(folder: Path, own: Runs) -> None:
    with locust(folder, "-f", "locustfile.py", *arguments()) as one:
        one.ended()
        compare(one.runs(), own)


def test_forked_workers_find_what_wswarm_finds(folder: Path, own: Runs) -> None:
    with locust(folder, "-f", "locustfile.py", *arguments(), *forking(2)) as one:
        one.ended()
        compare(one.runs(), own)


def test_a_master_and_two_workers_find_what_wswarm_finds(folder: Path, own: Runs) -> None:
    with distributed(folder, *arguments()) as (master, _):
        master.ended()
        compare(master.runs(), own)


def compare(found: Runs, own: Runs) -> None:
    """Counts are equal, times within 2 %."""
    assert found.keys() == own.keys()
    compare_losing(found.pop("Losing"))
    compare_losing(own["Losing"])
    for name, here in found.items():
        there = own[name]
        assert here.messages == there.messages
        assert here.connections.requested == there.connections.requested
        assert here.connections.opened == there.connections.opened
        assert here.rates == there.rates
        for one, other in zip(times(here), times(there), strict=True):
            assert one.n == other.n
            for percentile in PERCENTILES:
                assert getattr(one, percentile) == as_told(getattr(other, percentile), here, there)


def compare_losing(run: Run) -> None:
    """What the target hung up on is offered as before, and not sent; what it had read is owed."""
    found = run.messages
    assert found is not None
    assert (run.connections.dropped, found.offered) == (USERS // 5, round(40 * HOLD_S)), run.validity
    assert found.unsent.late == 0
    assert found.unsent.disconnected == found.offered - found.sent > 0
    assert found.sent == found.owed == found.received + found.lost.disconnected
    assert found.lost.disconnected <= run.connections.dropped


def times(run: Run) -> list[Distribution]:
    """Its distributions of times between message and arrival."""
    if run.fanout is not None:
        return [run.fanout.delivery_time, run.fanout.completion_time]
    assert run.response_time is not None
    assert run.service_time is not None
    return [run.response_time, run.service_time]
