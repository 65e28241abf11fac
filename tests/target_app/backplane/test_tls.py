"""Redis and PostgreSQL over TLS with passwords: messages pass, and what is wrong is one line that tells no secret."""

import asyncio
import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psutil
import pytest

from target_app.backplane.postgres import PostgresWire
from target_app.backplane.protocol import BackplaneDown
from target_app.backplane.redis import RedisWire
from tests.target_app.backplane.ends import ends, run, until
from tests.target_app.backplane.guarded import (
    PASSWORD,
    REDIS,
    GuardedPostgres,
    GuardedRedis,
    postgres_programs,
    started,
)

pytestmark = pytest.mark.xdist_group("backplane: TLS")
WRONG = "wr@ng/word"


@pytest.fixture(scope="module", params=["redis", "postgres"])
def guarded(request: pytest.FixtureRequest) -> Iterator[GuardedRedis | GuardedPostgres]:
    """Each of them, running."""
    if request.param == "redis":
        if not REDIS.exists():
            pytest.skip("no redis-server with TLS on this machine: apt-get install redis-server")
        yield from started(GuardedRedis())
    else:
        if postgres_programs() is None:
            pytest.skip("no PostgreSQL with TLS on this machine: apt-get install postgresql")
        yield from started(GuardedPostgres())


def test_messages_pass_from_one_process_to_another(guarded: GuardedRedis | GuardedPostgres) -> None:
    async def test() -> None:
        async with ends(guarded.address()) as (one, two):
            await one.publish("short")
            await two.publish("long" * 5_000)
            for end in (one, two):
                await until(lambda end=end: len(end.messages) == 2)  # type: ignore[misc] # a default of its own
                assert set(end.messages) == {"short", "long" * 5_000}

    run(test())


@pytest.mark.parametrize("is_heard", [True, False], ids=["heard", "unheard"])
def test_what_was_closed_is_closed_when_the_process_ends(
    guarded: GuardedRedis | GuardedPostgres, *, is_heard: bool
) -> None:
    """Also where no goodbye comes in time, as on a busy machine."""

    async def test() -> None:
        async with ends(guarded.address(), 10 if is_heard else 1):
            if not is_heard:
                guarded.pause()

    with nothing_left():
        try:
            run(test())
        finally:
            guarded.resume()


@contextmanager
def nothing_left() -> Iterator[None]:
    """Check that nothing is still open when it is thrown away."""
    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert not [str(one.message) for one in left]


def refusal(url: str) -> str:
    """What is told of an address that cannot be used, at the first attempt."""
    wire = RedisWire(url) if url.startswith("rediss:") else PostgresWire(url)

    async def attempt() -> None:
        before = psutil.Process().num_fds()
        try:
            await wire.open_sender()
        finally:
            await wire.close_sender()
            if isinstance(wire, PostgresWire):  # asyncpg closes a connection when the server has said goodbye
                await until(lambda: psutil.Process().num_fds() <= before, "its end")

    with pytest.raises(BackplaneDown) as caught:
        run(attempt())
    return str(caught.value)


def test_a_wrong_password_is_one_line_without_it(guarded: GuardedRedis | GuardedPostgres) -> None:
    told = refusal(guarded.address(WRONG))
    assert "password" in told
    assert_no_secret(told, WRONG)


def test_a_login_that_is_refused_leaves_nothing_open(
    guarded: GuardedRedis | GuardedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where Redis says no goodbye in time, as on a busy machine."""
    close = asyncio.StreamWriter.close

    def close_unheard(writer: asyncio.StreamWriter) -> None:
        guarded.pause()
        close(writer)

    async def wait_in_vain(_: asyncio.StreamWriter) -> None:
        """Wait no longer."""

    monkeypatch.setattr(asyncio.StreamWriter, "close", close_unheard)
    monkeypatch.setattr(asyncio.StreamWriter, "wait_closed", wait_in_vain)
    with nothing_left():
        try:
            refusal(guarded.address(WRONG))
        finally:
            guarded.resume()


def test_a_certificate_that_nobody_trusts_is_one_line(guarded: GuardedRedis | GuardedPostgres) -> None:
    told = refusal(guarded.address(authority=guarded.files.stranger))
    assert "certificate verify failed" in told
    assert_no_secret(told, PASSWORD)


def test_a_certificate_of_another_host_is_one_line(guarded: GuardedRedis | GuardedPostgres) -> None:
    told = refusal(guarded.address(host="127.0.0.1"))
    assert "127.0.0.1" in told
    assert "certificate" in told
    assert_no_secret(told, PASSWORD)


def assert_no_secret(told: str, secret: str) -> None:
    """Check that a line is one, and holds no form of a password."""
    assert "\n" not in told
    assert not any(form in told for form in (secret, quote(secret), quote(secret, safe="")))
