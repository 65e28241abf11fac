"""What the generator costs beside the least that a client can cost: a bare picows loop that only counts.

The CPU of all agents counts on our side, the publishing one included; of the yardstick only the loop that receives.
"""

import pytest

from benchmarks.pairs import Ratio, counting_echo, counting_fanout, in_turns
from tests.end_to_end.servers import serve
from wswarm.experiment.measure import measure
from wswarm.load.marker import MARKER_SIZE
from wswarm.load.plan import make_plan

HOLD_S = 6.0  # what a run costs once, in its last moments, is a tenth of shorter ones


def note(benchmark, result: Ratio) -> None:
    benchmark.extra_info["cpu_us_per_message"] = round(result.ours * 1e6, 2)
    benchmark.extra_info["yardstick_us_per_message"] = round(result.yardstick * 1e6, 2)
    benchmark.extra_info["ratio"] = round(result.ratio, 3)


def our_cost(scenario: str, url: str, **options) -> float:
    run = measure(make_plan(scenario, url, **options))
    assert run.messages is not None
    assert run.messages.owed == run.messages.received
    assert run.generator.cpu_s_per_message is not None
    return run.generator.cpu_s_per_message


@pytest.mark.benchmark(group="generator CPU per message")
def test_a_delivery_to_1000_subscribers(benchmark, length):
    with serve("relay") as server:

        def pair() -> Ratio:
            return in_turns(
                lambda: our_cost(
                    "fanout", server.url, connections=1000, rate=20, duration=HOLD_S, connect_rate=1000
                ),
                lambda: counting_fanout(server.url, 1000, 20, round(20 * HOLD_S), MARKER_SIZE),
                length.pairs,
            )

        result = benchmark.pedantic(pair, rounds=1)
    note(benchmark, result)
    assert result.ratio <= 1.5


@pytest.mark.benchmark(group="generator CPU per message")
def test_an_echo_on_50_connections_in_the_closed_model(benchmark, length):
    with serve("echo") as server:

        def pair() -> Ratio:
            return in_turns(
                lambda: our_cost("echo", server.url, connections=50, closed=True, duration=length.hold),
                lambda: counting_echo(server.url, 50, length.hold, MARKER_SIZE),
                length.pairs,
            )

        result = benchmark.pedantic(pair, rounds=1)
    note(benchmark, result)


@pytest.mark.benchmark(group="generator CPU per message")
@pytest.mark.parametrize("pacing", ["auto", "exact", "batched"])
def test_an_echo_at_10_000_a_second_in_the_open_model(benchmark, length, pacing):
    with serve("echo") as server:
        plan = make_plan("echo", server.url, connections=50, rate=10_000, duration=length.hold, pacing=pacing)
        run = benchmark.pedantic(lambda: measure(plan), rounds=1)
    assert run.messages.sent == run.messages.received == 10_000 * length.hold
    benchmark.extra_info["cpu_us_per_message"] = round(run.generator.cpu_s_per_message * 1e6, 2)
    benchmark.extra_info["send_lag_p50_us"] = round(run.send_lag.p50 * 1e6, 1)
    benchmark.extra_info["send_lag_p99_us"] = round(run.send_lag.p99 * 1e6, 1)
    benchmark.extra_info["verdict"] = run.validity.verdict


@pytest.mark.benchmark(group="generator memory")
def test_5000_idle_connections(benchmark):
    with serve("echo") as server:
        plan = make_plan("connect", server.url, connections=5000, connect_rate=2000, duration=1)
        run = benchmark.pedantic(lambda: measure(plan), rounds=1)
    assert run.connections.opened == 5000
    benchmark.extra_info["rss_per_connection"] = round(run.generator.rss_per_connection)
