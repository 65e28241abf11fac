"""What sessions publish, and what those that have subscribed receive of it: counted exactly."""

import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.instrument import side_by_side
from tests.end_to_end.servers import serve
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.results.progress import Progress
from wswarm.results.run import Messages, Run

Write = Callable[[str], str]
beside = pytest.mark.xdist_group("broadcasts of scripts")

HELD = """
from pathlib import Path

async def held(ws):
    while not Path(__file__).with_name("held").exists():
        await ws.sleep(0.01)
"""
"""Begins each script: waits until the hold has begun. By then all are open, and what is published counts."""
ONE_PUBLISHES = """
    async def session(ws):
        if ws.id < 6:
            ws.subscribe()
            return
        await held(ws)
        for number in range(20):
            await ws.publish({"text": "{marker}", "number": number})
            await ws.sleep(0.01)
"""
ALL_PUBLISH = """
    async def session(ws):
        ws.subscribe()
        await held(ws)
        for number in range(10):
            await ws.publish("hello {marker}")
            await ws.sleep(0.02)
"""


WAYS: list[tuple[str, bool, dict[str, Any]]] = [
    *product([ONE_PUBLISHES], [False, True], [{}, {"driver": "websockets"}, {"processes": 2}]),
    *product([ALL_PUBLISH], [False, True], [{}, {"processes": 2}]),
]
"""The script, whether the relay sends its messages to the sender too, and the run's options."""


def writing(folder: Path) -> Write:
    """A function that writes a script into a folder and returns its path."""

    def write(text: str) -> str:
        path = folder / "session.py"
        path.write_text(HELD + textwrap.dedent(text))
        return str(path)

    return write


@pytest.fixture
def script(tmp_path: Path) -> Write:
    """A function that writes a script and returns its path."""
    return writing(tmp_path)


def lived(url: str, path: str, **options: Any) -> Run:
    """The run of a script of six connections, a second and a half long."""

    def watch(progress: Progress) -> None:
        if progress.phase == "hold":
            Path(path).with_name("held").touch()

    options = {"script": path, "connections": 6, "duration": 1.5, "drain": 1.0, **options}
    return measure(make_plan("script", url, **options), watch)


def counts(found: Run) -> dict[str, int]:
    """What became of the messages, without what there was none of."""
    assert isinstance(found.messages, Messages)
    seen = found.messages
    named = {
        name: getattr(seen, name) for name in ("sent", "owed", "received", "duplicated", "reordered", "extra")
    }
    named |= {"silent": seen.lost.silent, "disconnected": seen.lost.disconnected}
    return {name: count for name, count in named.items() if count}


def relayed(text: str, to_sender: bool, options: dict[str, Any], folder: Path) -> Run:
    """The run of a script against a relay."""
    with serve("relay", to_sender=to_sender) as server:
        return lived(server.url, writing(folder)(text), **options)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Future[Run]]]:
    """The runs of `WAYS` by their places in it, some at once: they wait more than they work."""
    calls = {at: partial(relayed, *way, tmp_path_factory.mktemp("script")) for at, way in enumerate(WAYS)}
    with side_by_side(calls, at_once=4) as found:
        yield found


def ways(text: str) -> pytest.MarkDecorator:
    """The places of a script's runs."""
    return pytest.mark.parametrize("way", [at for at, way in enumerate(WAYS) if way[0] == text])


@beside
@ways(ONE_PUBLISHES)
def test_what_one_publishes_is_owed_to_all_who_subscribed(runs: dict[int, Future[Run]], way: int) -> None:
    found = runs[way].result()
    assert counts(found) == {"sent": 20, "owed": 100, "received": 100}
    assert found.fanout is not None
    assert (found.fanout.publishers, found.fanout.subscribers) == (1, 5)
    assert (found.fanout.broadcasts, found.fanout.incomplete, found.fanout.delivery_time.n) == (20, 0, 100)
    assert [(row.owed, row.received) for row in found.fanout.per_broadcast] == [(5, 5)] * 20
    assert found.rates is not None


@beside
@ways(ALL_PUBLISH)
def test_what_a_session_publishes_is_not_owed_to_itself(runs: dict[int, Future[Run]], way: int) -> None:
    found = runs[way].result()
    assert counts(found) == {"sent": 60, "owed": 300, "received": 300}
    assert found.fanout is not None
    assert (found.fanout.publishers, found.fanout.subscribers, found.fanout.broadcasts) == (6, 6, 60)


def test_what_the_target_loses_doubles_and_reorders_is_told_as_such(script: Write) -> None:
    rules = {
        "lose": {"every": 10},
        "duplicate": {"every": 10, "offset": 2},
        "reorder": {"every": 10, "offset": 5},
    }
    with serve("faulty_relay", publishers=1, **rules) as server:
        found = lived(server.url, script(ONE_PUBLISHES))
        log = server.log()
    assert counts(found) == {
        "sent": 20,
        "owed": 100,
        "received": 100 - len(log["lost"]),
        "silent": len(log["lost"]),
        "duplicated": len(log["duplicated"]),
        "reordered": len(log["reordered"]),
    }
    assert len(log["lost"]) == 10
    assert found.fanout is not None
    assert found.fanout.incomplete == 2


def test_a_subscription_begins_with_the_frame_that_confirmed_it(script: Write) -> None:
    path = script("""
        async def session(ws):
            if ws.id == 1:
                await held(ws)
                for number in range(40):
                    await ws.publish("{marker}")
                    await ws.sleep(0.01)
                return
            await ws.expect(timeout=None, name="news")
            ws.subscribe()
            while ws.running:
                await ws.expect(timeout=None, name="news")
    """)
    with serve("relay") as server:
        found = lived(server.url, path, connections=3, drain=0.5)
    assert counts(found) == {"sent": 40, "owed": 78, "received": 78}
    assert found.fanout is not None
    assert [(row.owed, row.received) for row in found.fanout.per_broadcast[:2]] == [(0, 0), (2, 2)]


def test_sessions_that_leave_are_owed_nothing_that_was_on_its_way(script: Write) -> None:
    path = script("""
        async def session(ws):
            ws.subscribe()
            if ws.id == 1:
                while ws.running:
                    await ws.publish("{marker}")
                    await ws.sleep(0.005)
                return
            await ws.sleep(0.2)
    """)
    with serve("relay") as server:
        found = lived(server.url, path, sessions=40.0, connections=50, duration=1.0)
    seen = counts(found)
    assert set(seen) == {"sent", "owed", "received"}
    assert seen["owed"] == seen["received"] > 100


def test_a_subscriber_whose_connection_the_target_closes_has_lost_nothing_after_that(script: Write) -> None:
    path = script("""
        async def session(ws):
            if ws.id == 3:
                await held(ws)
                for number in range(20):
                    await ws.publish("{marker}")
                    await ws.sleep(0.01)
                return
            ws.subscribe()
    """)
    close = {"receivers": [1], "at": 10, "code": 1011}
    with serve("faulty_relay", publishers=1, close=close) as server:
        found = lived(server.url, path, connections=3)
    seen = counts(found)
    assert seen["sent"] == 20
    assert (seen["received"], seen.get("silent", 0)) == (30, 0)
    assert seen["owed"] == 30 + seen.get("disconnected", 0)
    assert seen.get("disconnected", 0) <= 2  # what was sent before the close was read here


def test_a_broadcast_without_a_place_for_its_mark_is_a_failed_session(script: Write) -> None:
    path = script("""
        async def session(ws):
            await ws.publish("hello")
    """)
    with serve("relay") as server:
        found = lived(server.url, path, connections=1, duration=0.3)
    assert found.sessions is not None
    assert found.sessions.failures == {
        "ValueError: publish: b'hello' has no {marker}: put it where the target relays it": 1
    }
    assert found.messages is None
    assert found.fanout is None
