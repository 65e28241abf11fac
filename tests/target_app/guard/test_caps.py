"""Each limit crossed, and not crossed, on the wire: over one worker and over four."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count, islice

import pytest

from target_app.guard.login import LONGEST_FORM
from target_app.wire.in_turn import MOST_AHEAD
from target_app.wire.requests import MOST_HEAD
from tests.target_app.backplane.fleet import Fleet
from tests.target_app.guard.strict import ALICE, USERS, knock, status, strict, until
from tests.target_app.raw_client import PING, RawClient, close, frame, text
from tests.target_app.server import PATIENCE

PER_PROCESS, PER_ADDRESS, PER_USER, RATE, GUESSES = 12, 5, 8, 50, 5
LARGEST = 100_000  # bytes of a message
SETTINGS = {
    "TARGET_MAX_CONNECTIONS": str(PER_PROCESS),
    "TARGET_MAX_PER_ADDRESS": str(PER_ADDRESS),
    "TARGET_MAX_PER_USER": str(PER_USER),
    "TARGET_MESSAGE_RATE": str(RATE),
    "TARGET_MAX_GUESSES": str(GUESSES),
    "TARGET_MAX_MESSAGE": str(LARGEST),
}
_numbers = count()


WORKERS = ONE, FOUR = tuple(pytest.param(n, marks=pytest.mark.xdist_group(f"caps: {n}")) for n in (1, 4))


@pytest.fixture(scope="module", params=WORKERS)
def fleet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """One worker, and four."""
    with strict(tmp_path_factory.mktemp("caps"), request.param, **SETTINGS) as running:
        yield running


@pytest.fixture
def address() -> str:
    """One that nobody has come from."""
    return f"127.0.1.{next(_numbers) + 1}"


@pytest.fixture(autouse=True)
def _all_leave(fleet: Fleet) -> Iterator[None]:
    """Nobody is left for the next test."""
    yield
    until(lambda: fleet.stats()["connections_open"] == 0, "the end of all connections")


def enter(fleet: Fleet, source: str, user: int = 0) -> RawClient:
    """One that is let in, when there is a place."""
    while status(client := knock(fleet.port, source=source, user=user)) != 101:
        client.leave()
    return client


def fill(fleet: Fleet, source: str) -> list[RawClient]:
    """As many as an address may have; one more is refused."""
    clients = [enter(fleet, source) for _ in range(PER_ADDRESS)]
    assert refused(fleet, source=source) == 429
    return clients


def refused(fleet: Fleet, **who: object) -> int:
    """The status of one that is refused."""
    client = knock(fleet.port, **who)  # type: ignore[arg-type] # its own options
    found = status(client)
    client.leave()
    return found


def is_answered(client: RawClient) -> bool:
    """Whether an echo comes back."""
    client.send(text("hi"))
    answer = client.read_frame()
    return answer is not None and answer.payload == b"Message text was: hi"


def test_an_address_has_so_many_and_another_address_is_not_concerned(fleet: Fleet, address: str) -> None:
    clients = fill(fleet, address)
    other = enter(fleet, "127.0.2.1")
    assert all(map(is_answered, [*clients, other]))
    for client in (*clients, other):
        client.abort()


def test_a_user_has_so_many_from_wherever_and_another_user_is_not_concerned(fleet: Fleet) -> None:
    clients = [enter(fleet, f"127.0.3.{number + 1}", user=1) for number in range(PER_USER)]
    assert refused(fleet, source="127.0.3.200", user=1) == 429
    other = enter(fleet, "127.0.3.200", user=2)
    assert all(map(is_answered, [*clients, other]))
    for client in (*clients, other):
        client.abort()


def test_a_worker_has_so_many_and_one_that_is_full_still_says_that_it_is_healthy(fleet: Fleet) -> None:
    before = refusals(fleet)["connections"]
    crowd = [
        knock(fleet.port, source=f"127.0.4.{number + 1}", user=number % USERS)
        for number in range(50 * fleet.workers)
    ]
    answers = Counter(map(status, crowd))
    full = PER_PROCESS * fleet.workers
    assert answers == {101: full, 503: len(crowd) - full}
    assert all(b"\r\nretry-after: 5\r\n" in one.head.lower() for one in crowd if b" 503 " in one.head)
    assert {fleet.get("/healthz") for _ in range(2 * fleet.workers)} == {'{"status":"ok"}'}
    assert all(is_answered(client) for client in crowd if b" 101 " in client.head)
    until(lambda: refusals(fleet)["connections"] - before == len(crowd) - full, "the sum over all workers")
    for client in crowd:
        client.abort()


def test_a_client_may_be_as_fast_as_the_rate_and_no_faster(fleet: Fleet, address: str) -> None:
    calm, fast = enter(fleet, address), enter(fleet, address)
    calm.send(*[text("hi")] * RATE)
    fast.send(*[text("hi")] * (4 * RATE))
    assert [answer.payload for answer in islice(calm.frames(), RATE)] == [b"Message text was: hi"] * RATE
    *answers, end = islice(fast.frames(), 5 * RATE)
    assert (end.code, end.reason) == (1008, f"more than {RATE} messages per second")
    assert len(answers) <= 2 * RATE
    for client in (calm, fast):
        client.abort()


def test_a_message_may_be_so_large_and_no_larger(fleet: Fleet, address: str) -> None:
    large, larger = enter(fleet, address), enter(fleet, address)
    large.send(text("x" * LARGEST))
    answer = large.read_frame()
    assert answer is not None
    assert answer.payload == b"Message text was: " + b"x" * LARGEST
    larger.send(text("x" * (LARGEST + 1)))
    (end,) = larger.frames()
    assert end.code == 1009
    for client in (large, larger):
        client.abort()


def test_an_address_may_guess_so_many_tokens_and_another_address_is_not_concerned(
    fleet: Fleet, address: str
) -> None:
    before = refusals(fleet)
    guesses = (b"Authorization: Bearer wrong-%d\r\n" % number for number in count())
    tried = islice(guesses, GUESSES)
    assert {refused(fleet, source=address, user=None, lines=guess) for guess in tried} == {401}
    more = [knock(fleet.port, source=address, user=None, lines=guess) for guess in islice(guesses, GUESSES)]
    more.append(knock(fleet.port, source=address))
    assert {status(client) for client in more} == {429}
    assert all(b"\r\nretry-after: 60\r\n" in client.head.lower() for client in more)
    until(lambda: refusals(fleet)["guesses"] - before["guesses"] == len(more), "the sum over all workers")
    until(lambda: refusals(fleet)["token"] - before["token"] == GUESSES, "the sum over all workers")
    other = enter(fleet, "127.0.5.1")
    assert is_answered(other)
    for client in (*more, other):
        client.leave()


def test_the_head_of_a_request_may_be_so_large_and_no_larger(fleet: Fleet, address: str) -> None:
    assert asked(fleet, address, MOST_HEAD) == b"HTTP/1.1 200 OK"
    assert asked(fleet, address, MOST_HEAD + 1) == b"HTTP/1.1 431 Request Header Fields Too Large"


def asked(fleet: Fleet, source: str, size: int) -> bytes:
    """The status line that answers a request whose head is so large."""
    begin, end = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", b"\r\n\r\n"
    client = RawClient.dial(fleet.port, begin.ljust(size - len(end), b"x"), end, source=source)
    head = client.read_head()
    client.leave()
    return head.partition(b"\r\n")[0]


def test_a_form_may_be_so_large_and_no_larger(fleet: Fleet, address: str) -> None:
    before = refusals(fleet)["token"]
    assert posted(fleet, address, LONGEST_FORM) == b"HTTP/1.1 303 See Other"
    assert posted(fleet, address, LONGEST_FORM + 1) == b"HTTP/1.1 401 Unauthorized"
    until(lambda: refusals(fleet)["token"] - before == 1, "the sum over all workers")


def posted(fleet: Fleet, source: str, size: int) -> bytes:
    """The status line that answers a form of that size with a token that is right."""
    body = f"token={ALICE}&more=".encode().ljust(size, b"x")
    head = b"POST /chat HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size
    client = RawClient.dial(fleet.port, head, body, source=source)
    answer = client.read_head()
    client.leave()
    return answer.partition(b"\r\n")[0]


def test_requests_may_be_so_far_ahead_of_their_answers_and_no_further(fleet: Fleet, address: str) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: %b\r\n\r\n" % (b"x" * 8000)
    count = MOST_AHEAD // len(one)
    ahead = RawClient.dial(fleet.port, one * count, source=address)
    for _ in range(count):
        assert b"HTTP/1.1 200 " in ahead.read_head()
    further = RawClient.dial(fleet.port, one * 50, source=address)
    answers = further.read_all(PATIENCE).count(b"HTTP/1.1 200 ")
    assert further.end
    assert answers < 50
    for client in (ahead, further):
        client.leave()


def test_tokens_and_origins_are_looked_at_by_every_worker_and_refusals_are_summed(
    fleet: Fleet, address: str
) -> None:
    before, times = refusals(fleet), 5 * fleet.workers
    evil = b"Origin: https://evil.example\r\n"
    assert {refused(fleet, source=address, lines=evil) for _ in range(times)} == {403}
    assert {refused(fleet, source=address, user=None) for _ in range(times)} == {401}
    until(lambda: refusals(fleet)["origin"] - before["origin"] == times, "the sum over all workers")
    until(lambda: refusals(fleet)["token"] - before["token"] == times, "the sum over all workers")


def _close(client: RawClient) -> None:
    client.send(close())
    client.read_all()
    client.leave()


def _break_the_protocol(client: RawClient) -> None:
    client.send(frame(PING, rsv=7))
    client.read_all()
    client.leave()


def _send_the_wrong_type(client: RawClient) -> None:
    client.send(frame(2, b"binary"))
    client.read_frame()
    client.leave()


@pytest.mark.parametrize(
    "end", [_close, RawClient.leave, RawClient.abort, _break_the_protocol, _send_the_wrong_type]
)
def test_however_a_connection_ends_its_place_is_free_again(
    end: Callable[[RawClient], None], fleet: Fleet, address: str
) -> None:
    for client in fill(fleet, address):
        end(client)
    for client in fill(fleet, address):
        client.abort()


def test_handshakes_that_are_refused_or_given_up_take_no_place(fleet: Fleet, address: str) -> None:
    assert {refused(fleet, source=address, path="/ws/abc") for _ in range(PER_ADDRESS + 1)} == {403}
    for _ in range(PER_ADDRESS + 1):
        knock(fleet.port, source=address).abort()
    for client in fill(fleet, address):
        client.abort()


@pytest.mark.parametrize("fleet", [FOUR], indirect=True)
def test_the_places_of_a_worker_that_was_killed_are_free_again(fleet: Fleet, address: str) -> None:
    clients = fill(fleet, address)
    os.kill(fleet.pids()[0], signal.SIGKILL)
    fleet.wait_for_log("starting another")
    until(
        lambda: len(fleet.pids()) == fleet.workers and fleet.stats()["workers"] == fleet.workers,
        "a new worker",
    )
    left = sum(map(is_answered, clients))
    back = [enter(fleet, address) for _ in range(PER_ADDRESS - left)]
    assert refused(fleet, source=address) == 429
    for client in (*clients, *back):
        client.abort()


def refusals(fleet: Fleet) -> dict[str, float]:
    """What was refused, by reason."""
    found = fleet.metrics()
    return {
        name.split('"')[1]: value
        for name, value in found.items()
        if name.startswith("target_app_refused_total")
    }
