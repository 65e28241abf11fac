"""The simulated queues, beside the formulas of queueing theory."""

from math import exp, factorial
from typing import Any

import numpy as np
import pytest

from wswarm.stats.sizing.lindley import departures
from wswarm.stats.sizing.queue import Interruption, Line, Times, simulate

JOBS = 400_000


def mean_wait(rate: float, services: Any, seed: int = 1) -> float:
    """The mean wait of jobs that come at random."""
    arrivals = np.cumsum(np.random.default_rng(seed).exponential(1 / rate, len(services)))
    return float(np.mean(departures(arrivals, services) - services - arrivals))


def simulated(publishes: int = 20_000, **changes: Any) -> Times:
    """What deliveries take in a line of one worker, a delivery per s of service."""
    known: dict[str, Any] = {"rate": 0.5, "shares": (1.0,), "fanout": 1, "is_whole": True}
    known |= {"receive_s": 0.0, "hear_s": 0.0, "deliver_s": 1.0}
    return simulate(Line(**known | changes), publishes, np.random.default_rng(7))


@pytest.mark.parametrize("busy", [0.3, 0.6, 0.8])
def test_random_jobs_of_random_length_wait_as_in_m_m_1(busy: float) -> None:
    services = np.random.default_rng(2).exponential(1.0, JOBS)
    assert mean_wait(busy, services) == pytest.approx(busy / (1 - busy), rel=0.06)


@pytest.mark.parametrize("busy", [0.3, 0.6, 0.8])
def test_jobs_of_one_length_wait_half_as_long(busy: float) -> None:
    assert mean_wait(busy, np.ones(JOBS)) == pytest.approx(busy / (1 - busy) / 2, rel=0.05)


def test_jobs_of_two_lengths_wait_as_pollaczek_and_khinchine_say() -> None:
    services = np.random.default_rng(3).choice([0.5, 3.0], JOBS, p=[0.8, 0.2])
    rate = 0.6
    wanted = rate * np.mean(services**2) / (2 * (1 - rate * np.mean(services)))
    assert mean_wait(rate, services) == pytest.approx(wanted, rel=0.05)


def waits_less(time: float, rate: float) -> float:
    """The probability that a job of 1 s waits at most so long in M/D/1 (Erlang, 1909)."""
    terms = ((-rate * (time - k)) ** k / factorial(k) * exp(rate * (time - k)) for k in range(int(time) + 1))
    return (1 - rate) * sum(terms)


@pytest.mark.parametrize("busy", [0.5, 0.7])
def test_percentiles_are_those_of_m_d_1(busy: float) -> None:
    found = simulated(publishes=JOBS // 2, rate=busy)
    assert waits_less(found.p50 - 1, busy) == pytest.approx(0.5, abs=0.01) or found.p50 == pytest.approx(1.0)
    assert waits_less(found.p99 - 1, busy) == pytest.approx(0.99, abs=0.003)


def test_evenly_spaced_jobs_that_fit_do_not_wait() -> None:
    assert simulated(rate=0.9, is_random=False) == pytest.approx((1.0, 1.0, 1.0))


def test_subscribers_of_a_broadcast_are_served_one_after_another() -> None:
    found = simulated(rate=0.1, fanout=100, receive_s=0.2, deliver_s=0.01, is_random=False)
    assert found.p50 == pytest.approx(0.2 + 0.5, abs=0.02)
    assert found.p99 == pytest.approx(0.2 + 0.99, abs=0.02)
    assert found.last == pytest.approx(0.2 + 1.0)


def test_two_workers_serve_their_halves_at_the_same_time() -> None:
    one = simulated(rate=0.001, fanout=1000, deliver_s=0.01)
    two = simulated(rate=0.001, fanout=1000, deliver_s=0.01, shares=(0.5, 0.5))
    assert (two.p50, two.last) == (
        pytest.approx(one.p50 / 2, rel=0.05),
        pytest.approx(one.last / 2, rel=0.05),
    )


def test_the_last_delivery_is_that_of_the_worker_with_most_subscribers() -> None:
    found = simulated(rate=0.001, fanout=1000, deliver_s=0.01, shares=(0.8, 0.2))
    assert found.last == pytest.approx(8.0, rel=0.02)


def test_other_workers_hear_by_way_of_the_receiver_and_the_broker() -> None:
    known: dict[str, Any] = {"rate": 0.001, "fanout": 1000, "deliver_s": 1e-6, "shares": (0.5, 0.5)}
    found = simulated(**known, receive_s=1.0, hear_s=0.25, broker_s=3.0)
    assert found.last == pytest.approx(1.0 + 3.0 + 0.25, abs=0.01)


def test_a_busy_broker_makes_publishes_wait_as_in_m_d_1() -> None:
    known: dict[str, Any] = {
        "rate": 0.8,
        "fanout": 2,
        "deliver_s": 0.0,
        "shares": (0.5, 0.5),
        "broker_s": 1.0,
    }
    found = simulated(publishes=JOBS // 4, **known)
    assert waits_less(found.last - 1, 0.8) == pytest.approx(0.5, abs=0.02)


def test_echoes_wait_for_those_of_their_own_worker_alone() -> None:
    apart = simulated(publishes=JOBS // 2, rate=1.4, shares=(0.5, 0.5))
    assert waits_less(apart.p99 - 1, 0.7) == pytest.approx(0.99, abs=0.003)


def test_members_of_a_room_fall_to_the_workers_by_chance() -> None:
    known: dict[str, Any] = {"rate": 0.001, "fanout": 2, "deliver_s": 1.0, "shares": (0.5, 0.5)}
    assert simulated(**known, is_whole=False).p99 == pytest.approx(2.0)
    assert simulated(**known, is_whole=True).p99 == pytest.approx(1.0)


def test_a_stall_makes_what_comes_meanwhile_wait_for_its_rest() -> None:
    stalls = Interruption(rate=0.02, lengths=(10.0,))
    found = simulated(publishes=JOBS // 10, rate=0.001, deliver_s=1e-9, interruptions=(stalls,))
    # In M/D/1 of 10 s at 0.2 so many wait no longer than the answer.
    assert waits_less(found.p99 / 10, 0.2) == pytest.approx(0.99, abs=0.004)


def test_interruptions_without_lengths_are_none() -> None:
    nothing = Interruption(rate=5.0, lengths=())
    assert simulated(rate=0.9, is_random=False, interruptions=(nothing,)).p99 == pytest.approx(1.0)


def test_an_overloaded_queue_grows_by_what_is_too_much() -> None:
    assert simulated(publishes=10_000, rate=2.0).p50 == pytest.approx(0.55 * 10_000 / 2, rel=0.05)
