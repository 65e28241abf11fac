"""The same from Python: plain calls, and inside a running event loop beside the user's own server."""

import asyncio

import psutil
import pytest
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_websockets

from tests.end_to_end.instrument import agents_of, are_gone
from tests.end_to_end.servers import serve
from wswarm import api
from wswarm.errors import PlanError
from wswarm.results.run import Run

BRIEF: api.Options = {"connections": 4, "rate": 200, "duration": 0.5, "warmup": 0.1}


async def echo(connection: ServerConnection) -> None:
    """Answer each message with itself."""
    async for message in connection:
        await connection.send(message)


def counts(found: Run) -> tuple[int, int, int]:
    """Offered, sent and received."""
    assert found.messages is not None
    return found.messages.offered, found.messages.sent, found.messages.received


def test_a_plain_call_returns_the_run() -> None:
    with serve("echo") as server:
        found = api.echo(server.url, **BRIEF)
    assert isinstance(found, Run)
    assert counts(found) == (100, 100, 100)


def test_lists_serve_where_the_plan_has_tuples() -> None:
    with serve("headers_echo") as server:
        api.echo(server.url, headers=["X-One: 1"], cookies=["a=b"], on_open=["hello"], **BRIEF)
        requests = server.log()["requests"]
    assert len(requests) == 4
    assert all(request["cookies"] == {"a": "b"} for request in requests)
    assert all(request["messages"][0] == "hello" for request in requests)


def test_each_scenario_can_be_awaited_beside_a_server_in_the_same_loop() -> None:
    async def measure() -> list[Run]:
        async with serve_websockets(echo, "127.0.0.1", 0, compression=None) as server:
            port = server.sockets[0].getsockname()[1]
            url = f"ws://127.0.0.1:{port}/"
            return [await api.echo(url, **BRIEF), await api.connect(url, connections=4, duration=0.3)]

    echoed, connected = asyncio.run(measure())
    assert counts(echoed) == (100, 100, 100)
    assert (connected.scenario, connected.connections.opened) == ("connect", 4)


def test_a_fan_out_can_be_awaited_beside_a_server_in_the_same_loop() -> None:
    clients: set[ServerConnection] = set()

    async def relay(connection: ServerConnection) -> None:
        clients.add(connection)
        async for message in connection:
            await asyncio.gather(*(one.send(message) for one in clients if one is not connection))

    async def measure() -> Run:
        async with serve_websockets(relay, "127.0.0.1", 0, compression=None) as server:
            port = server.sockets[0].getsockname()[1]
            return await api.fanout(f"ws://127.0.0.1:{port}/", **{**BRIEF, "rate": 40})

    assert counts(asyncio.run(measure())) == (20, 20, 80)


def test_a_run_that_is_there_already_can_be_awaited_too() -> None:
    with serve("echo") as server:
        found = api.connect(server.url, connections=2, duration=0.2)

    async def wait() -> Run:
        return await found

    assert asyncio.run(wait()) is found


def test_a_bad_option_is_refused_at_the_call_even_inside_a_loop() -> None:
    async def measure() -> None:
        with pytest.raises(PlanError, match="--rate"):
            api.echo("ws://127.0.0.1:1/", rate=-1)

    asyncio.run(measure())


def test_a_cancelled_run_stops_its_agents() -> None:
    """The hold would last a minute; cancelled, it ends and its agents with it."""

    async def measure() -> list[psutil.Process]:
        async with serve_websockets(echo, "127.0.0.1", 0, compression=None) as server:
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            task = asyncio.ensure_future(api.echo(url, **{**BRIEF, "duration": 60}))
            while not (server.connections and agents_of()):
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
            agents = agents_of()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return agents

    agents = asyncio.run(measure())
    assert agents
    assert are_gone(agents)
