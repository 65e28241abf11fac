"""When dropped clients try again: each policy beside its definition, each library beside its own code."""

from collections import Counter
from itertools import islice, pairwise
from random import Random

import pytest
from websockets.client import backoff

from wswarm.errors import PlanError
from wswarm.load.reconnect import PRESETS, check_policy, client_of

MS = 1_000_000
S = 1_000 * MS
MANY = 20_000


def first(policy: str, count: int, seed: int = 0) -> list[int]:
    """The first waits of one client after one drop, ns."""
    return list(islice(client_of(policy, Random(seed))(), count))


def waits(policy: str, attempt: int) -> list[int]:
    """The waits before an attempt, 0 for the first, of many clients, ns."""
    rng = Random(7)
    return [list(islice(client_of(policy, rng)(), attempt + 1))[-1] for _ in range(MANY)]


def mean(values: list[int]) -> float:
    return sum(values) / len(values)


@pytest.mark.parametrize(
    ("policy", "ms"),
    [
        ("immediate", [0, 0, 0]),
        ("fixed:250ms", [250, 250, 250]),
        ("phoenix", [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000, 5_000]),
        ("signalr", [0, 2_000, 10_000, 30_000]),
    ],
)
def test_policies_without_chance_wait_exactly_so(policy: str, ms: list[int]) -> None:
    assert first(policy, len(ms)) == [one * MS for one in ms]


@pytest.mark.parametrize(("policy", "attempts"), [("signalr", 4), ("graphql-ws", 5)])
def test_who_gives_up_makes_so_many_attempts(policy: str, attempts: int) -> None:
    assert len(first(policy, 100)) == attempts


@pytest.mark.parametrize(
    ("policy", "attempt", "low_s", "high_s"),
    [
        ("full:1s,30s", 0, 0, 1),
        ("full:1s,30s", 3, 0, 8),
        ("full:1s,30s", 9, 0, 30),
        ("equal:1s,30s", 0, 0.5, 1),
        ("equal:1s,30s", 3, 4, 8),
        ("equal:1s,30s", 9, 15, 30),
        ("decorrelated:1s,30s", 0, 1, 3),
        ("centrifuge", 0, 0.5, 1),
        ("centrifuge", 2, 0.5, 2.5),
        ("graphql-ws", 0, 1.3, 4),
        ("graphql-ws", 4, 16.3, 19),
        ("reconnecting-websocket", 0, 1, 5),
        ("websockets", 1, 0, 5),
    ],
)
def test_waits_by_chance_are_uniform_between_their_ends(
    policy: str, attempt: int, low_s: float, high_s: float
) -> None:
    found = sorted(waits(policy, attempt))
    width = (high_s - low_s) * S
    assert low_s * S - MS <= found[0] <= low_s * S + width * 0.01
    assert high_s * S - width * 0.01 <= found[-1] <= high_s * S + MS
    assert [found[len(found) * part // 4] for part in (1, 2, 3)] == pytest.approx(
        [low_s * S + width * part / 4 for part in (1, 2, 3)], abs=width * 0.02
    )


@pytest.mark.parametrize("policy", ["full:1s,4s", "equal:1s,4s", "decorrelated:1s,4s"])
def test_no_wait_is_above_the_cap(policy: str) -> None:
    assert max(first(policy, 1_000)) <= 4 * S


def test_decorrelated_waits_go_by_the_one_before() -> None:
    found = first("decorrelated:1s,1000s", 500)
    assert all(S <= now <= max(3 * before, 3 * S) for before, now in pairwise(found))


def test_socketio_s_first_wait_falls_into_ten_bands_of_50_ms() -> None:
    bands = Counter(wait // (50 * MS) * 50 for wait in waits("socketio", 0))
    between = {wait // MS for wait in waits("socketio", 0)}
    assert min(between) >= 551
    assert max(between) <= 1_499
    assert {band for band, count in bands.items() if count > MANY / 50} == {
        *range(1_050, 1_500, 100),
        *range(550, 1_000, 100),
    }


@pytest.mark.parametrize(("attempt", "share"), [(2, 0.3), (3, 0.9), (4, 1.0), (60, 1.0)])
def test_socketio_s_later_waits_are_clipped_to_5_s_after_their_jitter(attempt: int, share: float) -> None:
    found = waits("socketio", attempt)
    assert found.count(5 * S) / len(found) == pytest.approx(share, abs=0.015)
    assert max(found) == 5 * S


@pytest.mark.parametrize("seed", range(20))
def test_websockets_waits_as_the_library_s_own_backoff(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.random", Random(seed).random)
    own = [0.0, *islice(backoff(), 12)]
    assert first("websockets", 13, seed) == pytest.approx([one * S for one in own], abs=10)


def test_reconnecting_websocket_draws_its_least_wait_once_per_client() -> None:
    client = client_of("reconnecting-websocket", Random(3))
    drops = [list(islice(client(), 8)) for _ in range(3)]
    assert drops[0] == drops[1] == drops[2]
    least = drops[0][0]
    assert drops[0] == pytest.approx([min(least * 1.3**attempt, 10 * S) for attempt in range(8)], abs=10)


@pytest.mark.parametrize(
    ("policy", "mean_s"),
    [("socketio", 1.0), ("centrifuge", 0.75), ("full:1s,30s", 0.5), ("graphql-ws", 2.65)],
)
def test_the_first_wave_s_mean_is_the_table_s(policy: str, mean_s: float) -> None:
    assert mean(waits(policy, 0)) == pytest.approx(mean_s * S, rel=0.03)


def test_after_each_drop_a_client_begins_anew() -> None:
    client = client_of("phoenix", Random(0))
    assert [next(client()) for _ in range(3)] == [10 * MS] * 3


@pytest.mark.parametrize("policy", [*PRESETS, "immediate", "fixed:1s", "full:1s,30s", "equal:250ms,1m"])
def test_known_policies_are_taken(policy: str) -> None:
    check_policy(policy)


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("socket.io", "is no policy"),
        ("", "is no policy"),
        ("fixed", "not of the form fixed:D: write fixed:1s"),
        ("full:1s", "not of the form full:BASE,CAP: write full:1s,30s"),
        ("immediate:1s", "not of the form immediate: write immediate"),
        ("phoenix:1s", "is no policy"),
        ("fixed:soon", "not a duration"),
        ("fixed:0s", "write immediate"),
        ("full:30s,1s", "write full:1s,30s"),
        ("decorrelated:0,1s", "write immediate"),
    ],
)
def test_what_is_no_policy_is_told_with_a_mend(policy: str, told: str) -> None:
    with pytest.raises(PlanError, match="--reconnect") as refused:
        check_policy(policy)
    assert told in str(refused.value)
