"""The hub beside the documented manager on the same server, what clients that do not read cost, and churn."""

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from urllib.parse import urlsplit

import pytest

from benchmarks.pairs import Ratio, in_turns
from tests.target_app.churn import Leftovers, churn
from tests.target_app.raw_client import RawClient
from wswarm.drive.target import ReferenceApp
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.run import Run

PAIRS = 7
SUBSCRIBERS = 1000
MUTE = SUBSCRIBERS // 100
LARGE = 65_536
DOCUMENTED, HARDENED = "documented.chat", "main"
OUTBOX_BYTES = 4 * 1024 * 1024  # the default


def fanout(target: ReferenceApp, **options) -> Run:
    plan = make_plan("fanout", target.url, profile="chat", target_pid=target.pid, **options)
    return measure(plan)


def served(app: str, ws: str) -> Run:
    """Return a run of the chat of that app under that protocol."""
    with ReferenceApp(app, ws) as target:
        run = fanout(target, connections=SUBSCRIBERS, rate=20, duration=4)
    assert run.messages.owed == run.messages.received
    return run


@pytest.mark.benchmark(group="server CPU per delivery")
@pytest.mark.parametrize(
    ("ws", "cpu_goal", "time_goal"),
    # Without framing both spend most of the time alike: a tenth is what two like servers differ by here.
    [("framing", 0.6, 1.0), ("websockets-sansio", 1.0, 1.1)],
)
def test_a_delivery_by_the_hub_and_by_the_documented_manager(benchmark, ws, cpu_goal, time_goal):
    delivery: dict[str, list[float]] = {DOCUMENTED: [], HARDENED: []}

    def cost(app: str) -> float:
        run = served(app, ws)
        delivery[app].append(run.fanout.delivery_time.p50)
        return run.target.cpu_s_per_message

    def pairs() -> Ratio:
        return in_turns(lambda: cost(HARDENED), lambda: cost(DOCUMENTED), PAIRS)

    result = benchmark.pedantic(pairs, rounds=1)
    times = median(own / other for own, other in zip(delivery[HARDENED], delivery[DOCUMENTED], strict=True))
    benchmark.extra_info["cpu_us_per_delivery"] = round(result.ours * 1e6, 2)
    benchmark.extra_info["documented_us_per_delivery"] = round(result.yardstick * 1e6, 2)
    benchmark.extra_info["ratio"] = round(result.ratio, 3)
    benchmark.extra_info["delivery_p50_ratio"] = round(times, 3)
    for app, name in ((HARDENED, "delivery_p50_ms"), (DOCUMENTED, "documented_delivery_p50_ms")):
        benchmark.extra_info[name] = round(median(delivery[app]) * 1e3, 2)
    assert result.ratio <= cpu_goal
    assert times < time_goal


@contextmanager
def mutes(target: ReferenceApp, count: int) -> Iterator[None]:
    """Keep that many subscribers that never read."""
    port = urlsplit(target.url).port
    clients = [RawClient(port, f"/ws/{number}") for number in range(count)]
    yield
    for client in clients:
        client.abort()


def with_mutes(app: str, count: int) -> Run:
    """Return a run of large messages, that many subscribers on top not reading."""
    with ReferenceApp(app) as target, mutes(target, count):
        return fanout(target, connections=SUBSCRIBERS - MUTE, rate=3, duration=40, size=LARGE)


@pytest.mark.benchmark(group="subscribers that do not read")
def test_one_in_a_hundred_costs_the_others_nothing(benchmark):
    def both() -> tuple[Run, Run]:
        return with_mutes(HARDENED, 0), with_mutes(HARDENED, MUTE)

    without, beside = benchmark.pedantic(both, rounds=1)
    ratio = beside.fanout.delivery_time.p99 / without.fanout.delivery_time.p99
    growth = beside.target.peak_rss - without.target.peak_rss
    benchmark.extra_info["delivery_p99_ratio"] = round(ratio, 3)
    benchmark.extra_info["rss_growth"] = growth
    assert beside.messages.owed == beside.messages.received
    assert ratio <= 1.5
    assert growth <= MUTE * (OUTBOX_BYTES + 2 * LARGE)


@pytest.mark.benchmark(group="subscribers that do not read")
def test_one_in_a_hundred_stops_the_documented_manager(benchmark):
    run = benchmark.pedantic(lambda: with_mutes(DOCUMENTED, MUTE), rounds=1)
    benchmark.extra_info["sent_of_offered"] = [run.messages.sent, run.messages.offered]
    benchmark.extra_info["received_of_owed"] = [run.messages.received, run.messages.owed]
    assert run.messages.received < run.messages.owed


@pytest.mark.benchmark(group="churn")
def test_20_000_connects_and_closes_leave_nothing(benchmark):
    with ReferenceApp() as target:
        left: Leftovers = benchmark.pedantic(
            lambda: churn(urlsplit(target.url).port, target.pid, 20_000), rounds=1
        )
    benchmark.extra_info["rss_growth_in_the_second_half"] = left.rss_growth
    assert left.are_none
