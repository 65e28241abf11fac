"""When a client that was dropped tries again: policies, and what well-known libraries do by default."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat
from random import Random

from wswarm.errors import PlanError
from wswarm.units import parse_duration

MS = 1_000_000
_S = 1_000 * MS
_MOST_DOUBLINGS = 62
_PHOENIX_MS = (10, 50, 100, 150, 200, 250, 500, 1_000, 2_000)
_SIGNALR_S = (0, 2, 10, 30)
_SUBSCRIPTIONS = 5  # attempts of graphql-ws

Delays = Iterator[int]
Client = Callable[[], Delays]
"""Called at each drop of an open connection; yields the ns to wait before each attempt that follows, for as long as
the client tries."""


def client_of(policy: str, rng: Random) -> Client:
    """Return a client that keeps to the policy.

    Args:
        policy: One of `PRESETS`, `immediate`, or `fixed:D`, `full:BASE,CAP`, `equal:BASE,CAP`,
            `decorrelated:BASE,CAP`.
        rng: The client's own chance.

    Raises:
        PlanError: there is no such policy, or its times can't be.
    """
    if policy in PRESETS:
        return PRESETS[policy](rng)
    name, _, times = policy.partition(":")
    if name not in _FORMS:
        raise PlanError(f"--reconnect {policy!r} is no policy: write {_all_policies()}")
    parts = times.split(",") if times else []
    if len(parts) != len(_FORMS[name]):
        raise PlanError(f"--reconnect {policy!r} is not of the form {_form(name)}: write {_EXAMPLES[name]}")
    try:
        given_ns = [round(parse_duration(part) * _S) for part in parts]
    except PlanError as error:
        raise PlanError(f"--reconnect {policy!r}: {error}") from None
    if name != "immediate" and given_ns[0] <= 0:
        raise PlanError(f"--reconnect {policy!r} waits {parts[0]}: give more than 0, or write immediate")
    if len(given_ns) == 2 and given_ns[0] > given_ns[1]:
        raise PlanError(
            f"--reconnect {policy!r}: BASE {parts[0]} is more than CAP {parts[1]}: write"
            f" {name}:{parts[1]},{parts[0]}"
        )
    return partial(_POLICIES[name], rng, *given_ns)


def check_policy(policy: str) -> None:
    """Check that there is such a policy.

    Raises:
        PlanError: there is none.
    """
    client_of(policy, Random(0))


def _all_policies() -> str:
    return f"{', '.join(map(_form, _FORMS))}, or one of {', '.join(PRESETS)}"


def _form(name: str) -> str:
    return ":".join([name, *filter(None, [",".join(_FORMS[name])])])


def _immediate(_rng: Random) -> Delays:
    return repeat(0)


def _fixed(_rng: Random, delay_ns: int) -> Delays:
    return repeat(delay_ns)


def _full(rng: Random, base_ns: int, cap_ns: int) -> Delays:
    """U(0, min(cap, base·2ᵏ)); source: AWS, Exponential Backoff And Jitter, as are the next two."""
    for most_ns in _doubling(base_ns, cap_ns):
        yield round(rng.random() * most_ns)


def _equal(rng: Random, base_ns: int, cap_ns: int) -> Delays:
    for most_ns in _doubling(base_ns, cap_ns):
        yield most_ns // 2 + round(rng.random() * most_ns / 2)


def _decorrelated(rng: Random, base_ns: int, cap_ns: int) -> Delays:
    previous_ns = base_ns
    while True:
        previous_ns = min(cap_ns, round(rng.uniform(base_ns, 3 * previous_ns)))
        yield previous_ns


def _doubling(base_ns: int, cap_ns: int) -> Iterator[int]:
    most_ns = base_ns
    while True:
        yield min(cap_ns, most_ns)
        most_ns = min(cap_ns, 2 * most_ns)


def _socketio(rng: Random) -> Delays:
    """Source: socket.io-client `contrib/backo2.ts` with `manager.ts`'s 1000 ms, at most 5000, factor 0.5.

    The random number that says how far also says which way, by the parity of its first digit; what comes out is
    clipped, in whole ms.
    """
    attempt = 0
    while True:
        ms = 1_000 << min(attempt, _MOST_DOUBLINGS)
        chance = rng.random()
        deviation = int(chance * 0.5 * ms)
        ms += deviation if int(chance * 10) & 1 else -deviation
        yield min(ms, 5_000) * MS
        attempt += 1


def _phoenix(_rng: Random) -> Delays:
    """Source: phoenix `socket.js`, `reconnectAfterMs`."""
    for ms in _PHOENIX_MS:
        yield ms * MS
    yield from repeat(5_000 * MS)


def _signalr(_rng: Random) -> Delays:
    """Source: aspnetcore `DefaultReconnectPolicy.ts`; then it gives up."""
    for seconds in _SIGNALR_S:
        yield seconds * _S


def _centrifuge(rng: Random) -> Delays:
    """Source: centrifuge-js `utils.ts`, `backoff`, in whole ms."""
    attempt = 0
    while True:
        most_ms = min(20_000, 500 << min(attempt, 31))
        yield min(20_000, 500 + rng.randint(0, most_ms)) * MS
        attempt += 1


def _websockets(rng: Random) -> Delays:
    """Source: python-websockets `asyncio/client.py`, `async for`, with `client.py`'s `backoff`.

    After a connection that was open it tries at once; the first failed attempt waits U(0, 5 s).
    """
    yield 0
    yield round(rng.random() * 5 * _S)
    delay = 3.1
    while True:
        yield round(min(delay, 90.0) * _S)
        delay = min(delay * 1.618, 90.0)


def _graphql_ws(rng: Random) -> Delays:
    """Source: graphql-ws `client.ts`, `randomisedExponentialBackoff`; after five attempts it gives up."""
    for attempt in range(_SUBSCRIPTIONS):
        yield ((1_000 << attempt) + 300 + int(rng.random() * 2_700)) * MS


def _reconnecting_websocket(rng: Random) -> Client:
    """Source: reconnecting-websocket `reconnecting-websocket.ts`; its least delay is drawn once per client."""
    least_ms = 1_000 + rng.random() * 4_000

    def delays() -> Delays:
        ms = least_ms
        while True:
            yield round(min(ms, 10_000) * MS)
            ms = min(ms * 1.3, 10_000)

    return delays


def _the_same(policy: Callable[[Random], Delays]) -> Callable[[Random], Client]:
    """Return what makes clients that keep nothing from drop to drop."""
    return lambda rng: partial(policy, rng)


_FORMS: dict[str, tuple[str, ...]] = {
    "immediate": (),
    "fixed": ("D",),
    "full": ("BASE", "CAP"),
    "equal": ("BASE", "CAP"),
    "decorrelated": ("BASE", "CAP"),
}
_EXAMPLES = {
    "immediate": "immediate",
    "fixed": "fixed:1s",
    **{name: f"{name}:1s,30s" for name in ("full", "equal", "decorrelated")},
}
_POLICIES: dict[str, Callable[..., Delays]] = {
    "immediate": _immediate,
    "fixed": _fixed,
    "full": _full,
    "equal": _equal,
    "decorrelated": _decorrelated,
}
PRESETS: dict[str, Callable[[Random], Client]] = {
    "socketio": _the_same(_socketio),
    "phoenix": _the_same(_phoenix),
    "signalr": _the_same(_signalr),
    "centrifuge": _the_same(_centrifuge),
    "websockets": _the_same(_websockets),
    "graphql-ws": _the_same(_graphql_ws),
    "reconnecting-websocket": _reconnecting_websocket,
}
"""Policies that are a library's defaults."""
