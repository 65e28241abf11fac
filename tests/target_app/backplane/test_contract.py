"""What every backplane does, on real servers; what broadcaster does not is written down as such."""

import asyncio

import pytest

from target_app.backplane.numbered import NumberedBackplane
from target_app.backplane.postgres import PostgresWire
from target_app.backplane.protocol import BackplaneDown
from target_app.backplane.redis import RedisWire
from target_app.backplane.timing import Timing
from target_app.backplane.wire import Wire
from tests.target_app.backplane.ends import End, ends, run, until
from tests.target_app.backplane.servers import PostgresServer, RedisServer

BRIEF = Timing(connect=0.5, subscribe=0.5)
OWN = ["memory", "redis", "postgres"]
ACROSS = ["redis", "postgres", "broadcaster+redis", "broadcaster+postgres"]


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """The address of the backplane that the test's parameter names."""
    kind, plus, backend = request.param.rpartition("+")
    if backend == "memory":
        return f"{kind}{plus}memory://"
    server: RedisServer | PostgresServer = request.getfixturevalue(f"{backend}_server")
    return f"{kind}{plus}{server.url}"


every = pytest.mark.parametrize(
    "url", [*OWN, "broadcaster+memory", "broadcaster+redis", "broadcaster+postgres"], indirect=True
)
own = pytest.mark.parametrize("url", OWN, indirect=True)
across = pytest.mark.parametrize("url", ACROSS, indirect=True)
numbered = pytest.mark.parametrize("url", ["redis", "postgres"], indirect=True)


@every
def test_a_publisher_that_subscribes_gets_its_own_messages_in_order(url: str) -> None:
    async def test() -> None:
        async with ends(url, 1) as [end]:
            for number in range(100):
                await end.publish(str(number))
            await until(lambda: len(end.received) == 100)
            assert end.received == [("x", str(number)) for number in range(100)]

    run(test())


@across
def test_every_subscriber_gets_every_message_once_in_its_publishers_order(url: str) -> None:
    async def test() -> None:
        async with ends(url, 3) as three:
            for number in range(50):
                for name, end in enumerate(three):
                    await end.publish(f"{name} {number}")
            for end in three:
                await until(lambda end=end: len(end.received) >= 150)  # type: ignore[misc] # binds now
                for name in range(3):
                    own = [m for m in end.messages if m.startswith(f"{name} ")]
                    assert own == [f"{name} {number}" for number in range(50)]
            assert [end.gaps for end in three] == [[], [], []]

    run(test())


@own
def test_messages_published_at_the_same_time_keep_their_order(url: str) -> None:
    async def test() -> None:
        async with ends(url, 1) as [end]:
            await asyncio.gather(*(end.publish(str(number)) for number in range(1_500)))
            await until(lambda: len(end.received) == 1_500)
            assert end.messages == [str(number) for number in range(1_500)]

    run(test())


@numbered
def test_the_first_message_after_a_subscription_arrives(url: str) -> None:
    async def test() -> None:
        async with ends(url, 2, channels=()) as [one, two]:
            for number in range(20):
                await two.subscribe(f"room {number}")
                await one.publish("hi", f"room {number}")
            await until(lambda: len(two.received) == 20)
            assert two.received == [(f"room {number}", "hi") for number in range(20)]

    run(test())


@every
def test_subscriptions_at_the_same_time_all_count(url: str) -> None:
    async def test() -> None:
        async with ends(url, 1, channels=()) as [end]:
            await asyncio.gather(*(end.subscribe() for _ in range(20)))
            for _ in range(19):
                await end.unsubscribe()
            await end.publish("still there")
            await until(lambda: end.messages == ["still there"])

    run(test())


@every
def test_the_last_unsubscription_ends_delivery(url: str) -> None:
    async def test() -> None:
        async with ends(url, 1, channels=("x", "y")) as [end]:
            await end.unsubscribe("x")
            await end.publish("to nobody", "x")
            await end.publish("to somebody", "y")
            await until(lambda: end.messages == ["to somebody"])

    run(test())


@own
def test_first_and_last_subscriptions_that_race_leave_what_was_counted(url: str) -> None:
    async def visit(end: End) -> None:
        await end.subscribe()
        await asyncio.sleep(0)
        await end.unsubscribe()

    async def test() -> None:
        async with ends(url, 1, channels=("end",)) as [end]:
            for number in range(20):
                await asyncio.gather(visit(end), visit(end), end.subscribe(), visit(end))
                await end.publish(f"heard {number}")
                await until(lambda number=number: f"heard {number}" in end.messages)  # type: ignore[misc] # binds now
                await end.unsubscribe()
                await end.publish(f"unheard {number}")
            await end.publish("all", "end")
            await until(lambda: end.messages[-1:] == ["all"])
            assert end.messages[:-1] == [f"heard {number}" for number in range(20)]

    run(test())


@every
def test_taking_back_what_was_not_subscribed_is_an_error(url: str) -> None:
    async def test() -> None:
        async with ends(url, 1) as [end]:
            with pytest.raises(ValueError, match="'y' is not subscribed"):
                await end.unsubscribe("y")

    run(test())


@own
@pytest.mark.parametrize(
    "message",
    ["", " ", "a b  c ", "\n", "\0", "ü€😀", "x" * 7_999, "x" * 8_001, "😀" * 100_000, "#1", "a\0" * 8_000],
    ids=[
        "empty",
        "space",
        "spaces",
        "newline",
        "nul",
        "unicode",
        "7999",
        "8001",
        "400 kB",
        "hash",
        "long nul",
    ],
)
def test_any_text_arrives_as_it_was(url: str, message: str) -> None:
    async def test() -> None:
        async with ends(url, 1, channels=("a room: ü #1",)) as [end]:
            await end.publish(message, "a room: ü #1")
            await until(lambda: end.received == [("a room: ü #1", message)])

    run(test())


@numbered
def test_a_message_that_no_backend_can_carry_is_the_publishers_error_alone(url: str) -> None:
    async def test() -> None:
        async with ends(url, 1) as [end]:
            with pytest.raises(UnicodeEncodeError):
                await end.publish("\ud800")
            with pytest.raises(ValueError, match="needs a name"):
                await end.publish("hi", "")
            await end.publish("next")
            await until(lambda: end.messages == ["next"])

    run(test())


@own
def test_equal_messages_are_all_delivered(url: str) -> None:
    async def test() -> None:
        async with ends(url, 1) as [end]:
            await asyncio.gather(*(end.publish("same") for _ in range(50)))
            await until(lambda: end.messages == ["same"] * 50)

    run(test())


@own
def test_publishing_after_the_end_raises_and_is_counted(url: str) -> None:
    async def test() -> None:
        async with ends(url, 1) as [end]:
            await end.backplane.stop()
            with pytest.raises(BackplaneDown):
                await end.publish("late")
            assert end.counters.publish_failures == 1

    run(test())


@numbered
def test_junk_of_others_is_neither_delivered_nor_a_gap(url: str, request: pytest.FixtureRequest) -> None:
    async def test() -> None:
        async with ends(url, 1) as [end]:
            if url.startswith("redis"):
                redis: RedisServer = request.getfixturevalue("redis_server")
                for channel in ("x", ""):
                    for junk in ("junk", "{}", "a b c d", '"{\\"n\\": 1}"'):
                        redis.execute(f"PUBLISH target_app:{channel} '{junk}'")
            else:
                postgres: PostgresServer = request.getfixturevalue("postgres_server")
                for junk in ("junk", "t1:xjunk", "t0:{}", "#nothing", "#999999", "j{", "t9"):
                    postgres.execute(f"NOTIFY target_app, '{junk}'")
            await end.publish("sense")
            await until(lambda: end.messages == ["sense"])
            assert (end.gaps, end.counters.link_losses) == ([], 0)

    run(test())


def test_the_lag_of_the_backplane_is_known_after_a_heartbeat(redis_server: RedisServer) -> None:
    async def test() -> None:
        async with ends(redis_server.url, 1) as [end]:
            await until(lambda: 0 < end.counters.lag_ns < 10**9)

    run(test())


@pytest.mark.parametrize(
    "wire", [RedisWire("redis://:secret@127.0.0.1:1"), PostgresWire("postgresql://me:secret@127.0.0.1:1/x")]
)
def test_a_backend_that_is_not_there_is_an_error_at_the_start(wire: Wire) -> None:
    async def test() -> None:
        end = End(NumberedBackplane(wire, BRIEF))
        with pytest.raises(BackplaneDown, match=r"does not answer .* says: .*Connect call failed") as caught:
            await end.start()
        assert "secret" not in str(caught.value)

    run(test())


@pytest.mark.parametrize(
    "option", ["protocol=3", "protocol=7", "decode_responses=true", "encoding=utf-16", "db=1"]
)
def test_options_of_an_address_of_redis_do_not_change_how_we_speak_to_it(
    redis_server: RedisServer, option: str
) -> None:
    async def test() -> None:
        async with ends(f"{redis_server.url}?{option}") as [one, other]:
            await one.publish("ü")
            await until(lambda: other.messages == ["ü"])

    run(test())


def test_a_role_of_postgres_that_may_create_nothing_uses_the_table_that_is_there(
    postgres_server: PostgresServer,
) -> None:
    async def test() -> None:
        async with ends(postgres_server.url, 1):
            pass  # the table is there now
        postgres_server.execute(
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC; DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN;"
            "GRANT SELECT, INSERT, DELETE ON target_app_payload TO guest"
        )
        async with ends(postgres_server.url.replace("postgres@", "guest@")) as [one, other]:
            for message in ("hi", "x" * 20_000):
                await one.publish(message)
            await until(lambda: other.messages == ["hi", "x" * 20_000])

    run(test())
