"""Scripts against servers of known behaviour: counts exact, times the server's own, failures told."""

import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.end_to_end.instrument import NS_PER_S, as_told, clock, undisturbed
from tests.end_to_end.servers import serve
from wswarm.errors import GeneratorError, PlanError, TargetError
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.report.standing import line
from wswarm.results.progress import Progress
from wswarm.results.run import Run

Write = Callable[[str], str]

ASK = """
    async def session(ws):
        for number in range(5):
            await ws.request(f"hello {ws.id} {number}", f"hello {ws.id} {number}", name="hello")
"""


@pytest.fixture
def script(tmp_path: Path) -> Write:
    """A function that writes a script and returns its path."""

    def write(text: str) -> str:
        path = tmp_path / "session.py"
        path.write_text(textwrap.dedent(text))
        return str(path)

    return write


def lived(url: str, path: str, **options: Any) -> Run:
    """The run of a script, brief unless told otherwise."""
    return measure(make_plan("script", url, **{"script": path, "connections": 4, "duration": 0.5, **options}))


def sessions(found: Run) -> tuple[int, int, int]:
    """How many started, finished and failed."""
    assert found.sessions is not None
    return found.sessions.started, found.sessions.finished, found.sessions.failed


def failures(found: Run) -> dict[str, int]:
    """Why sessions failed."""
    assert found.sessions is not None
    return found.sessions.failures


@pytest.mark.parametrize("options", [{}, {"driver": "websockets"}, {"processes": 2}])
def test_each_connection_lives_its_session_once(options: dict[str, Any], script: Write) -> None:
    with serve("echo") as server:
        found = lived(server.url, script(ASK), **options)
        assert server.log()["received"] == 20
    assert sessions(found) == (4, 4, 0)
    step = found.steps["hello"]
    assert (step.count, step.failed, step.time.n) == (20, 0, 20)
    assert (found.connections.opened, found.connections.dropped) == (4, 0)
    assert sum(second.sent for second in found.series) == 20
    assert sum(second.received for second in found.series) == 20


@clock
def test_a_step_s_time_is_the_server_s_delay(script: Write) -> None:
    """Replies come one by one: were they due together, one moment without a core would be that of all."""
    path = script("""
        import asyncio

        async def session(ws):
            await asyncio.sleep(0.023 * ws.id)
            while ws.running:
                await ws.request("x", "x", name="held")
    """)

    def delayed(delay_s: float) -> tuple[Run, list[int]]:
        with serve("fixed_delay", delay=delay_s) as server:
            return lived(server.url, path, connections=20, duration=2.0), server.log()["held_ns"]

    found, held_ns = undisturbed(delayed)
    assert found.steps["held"].count == len(held_ns)
    assert found.steps["held"].time.p50 == as_told(median(held_ns) / NS_PER_S, found)


def test_an_exception_is_a_failed_session_and_ends_no_other(script: Write) -> None:
    path = script("""
        import sys

        async def session(ws):
            await ws.request("a", "a", name="first")
            if ws.id == 1:
                raise ValueError("not today\\nnor tomorrow")
            if ws.id == 2:
                ws.fail("no seat left")
            if ws.id == 3:
                sys.exit("away")
            if ws.id == 4:
                await ws.expect("what never comes", timeout=0.05, name="never")
            await ws.request("b", "b", name="second")
    """)
    with serve("echo") as server:
        found = lived(server.url, path, connections=6)
    assert sessions(found) == (6, 2, 4)
    assert failures(found) == {
        "ValueError: not today": 1,
        "no seat left": 1,
        "SystemExit: away": 1,
        "TimeoutError: never: no answer within 0.05 s": 1,
    }
    counts = {name: (step.count, step.failed) for name, step in found.steps.items()}
    assert counts == {"first": (6, 0), "never": (1, 1), "second": (2, 0)}
    assert found.notices[0].startswith("4 of 6 sessions failed: ")
    assert found.failure is None


def test_a_session_that_lasts_is_cut_off_at_the_end_and_neither_finished_nor_failed(script: Write) -> None:
    path = script("""
        async def session(ws):
            try:
                await ws.expect("what never comes", timeout=None, name="never")
            finally:
                await ws.send("goodbye")
    """)
    with serve("echo") as server:
        found = lived(server.url, path, drain=0.2)
        assert server.log()["received"] == 4  # what it still has to say, it may
    assert sessions(found) == (4, 0, 0)
    assert found.steps == {}
    assert found.phases.end - found.phases.drain < 5


def test_a_target_that_has_not_answered_when_the_run_ends_has_failed_to(script: Write) -> None:
    path = script("""
        async def session(ws):
            while ws.running:
                await ws.request("hello", "goodbye", name="ask")
    """)
    with serve("echo") as server:
        found = lived(server.url, path, drain=0.2)
    assert sessions(found) == (4, 0, 0)
    assert (found.steps["ask"].count, found.steps["ask"].failed) == (4, 4)
    assert found.notices == [
        "the run ended before 4 steps had an answer: ask (4); see whether the target still answered"
    ]


def test_running_ends_with_the_hold_and_the_drain_with_the_sessions(script: Write) -> None:
    path = script("""
        async def session(ws):
            while ws.running:
                await ws.sleep(0.02)
            await ws.request("last", "last", name="last")
    """)
    with serve("echo") as server:
        found = lived(server.url, path, drain=60.0)
    assert sessions(found) == (4, 4, 0)
    assert found.steps["last"].count == 4
    assert found.phases.end - found.phases.drain < 30


def test_a_server_that_hangs_up_fails_the_sessions_that_speak_with_its_reason(script: Write) -> None:
    path = script("""
        async def session(ws):
            while ws.running:
                await ws.expect(name="news")
    """)
    with serve("parting", ends=[[2, 4403, "Forbidden"]]) as server:
        found = lived(server.url, path, connections=3, drain=0.3)
    assert sessions(found) == (3, 0, 2)
    assert failures(found) == {"ConnectionError: news: closed 4403 Forbidden": 2}
    assert found.connections.close_reasons == {"4403 Forbidden": 2}


def test_a_server_that_says_goodbye_to_a_session_that_finishes_has_dropped_nothing(script: Write) -> None:
    path = script("""
        async def session(ws):
            try:
                await ws.expect("goodbye", name="bye")
            except ConnectionError:
                return
    """)
    with serve("parting", ends=[[4, 1000, "done"]]) as server:
        found = lived(server.url, path, duration=1.0)
    assert sessions(found) == (4, 4, 0)
    assert (found.connections.dropped, found.connections.left, found.failure) == (0, 4, None)
    assert found.connections.closes == {"1000": 4}


def test_a_connection_that_the_target_closes_after_its_session_is_no_loss(script: Write) -> None:
    """The last that a session says is what the target closes at: then it is over."""
    path = script("""
        async def session(ws):
            await ws.request("a", "a", name="ask")
            await ws.send("bye")
            if ws.id == 1:
                ws.fail("no luck")
    """)
    with serve("refusing", close_every=1, after_messages=2) as server:
        found = lived(server.url, path, duration=1.0)
        assert len(server.log()["closed"]) == 4
    assert sessions(found) == (4, 3, 1)
    assert (found.connections.dropped, found.connections.left, found.failure) == (0, 4, None)


@pytest.mark.parametrize("driver", ["picows", "websockets"])
def test_messages_of_10_mb_and_binary_ones_come_as_what_they_are(driver: str, script: Write) -> None:
    path = script("""
        async def session(ws):
            big = "x" * 10_000_000
            assert await ws.request(big, "x" * 100, name="big") == big
            assert await ws.request(b"\\x00\\x01", b"\\x01", name="bytes") == b"\\x00\\x01"
            await ws.send("a")
            await ws.send(b"b" * 300)
            assert await ws.expect("a", name="text") == "a"
            assert await ws.expect(b"b", name="more bytes") == b"b" * 300
            assert await ws.request({"a": 1}, '{"a":1}', name="json") == '{"a":1}'
    """)
    with serve("echo") as server:
        found = lived(server.url, path, connections=2, duration=1.0, drain=60.0, driver=driver)
    assert failures(found) == {}
    assert sessions(found) == (2, 2, 0)


def test_failed_sessions_are_told_while_the_run_goes_on(script: Write) -> None:
    path = script("""
        async def session(ws):
            raise ValueError("no")
    """)
    told: list[Progress] = []
    with serve("echo") as server:
        measure(make_plan("script", server.url, script=path, connections=3, duration=1.5), told.append)
    assert max(one.failed_sessions for one in told) == 3
    assert "failed sessions 3" in line(told[-1], None)


def test_a_script_that_blocks_is_told_with_its_line(script: Write) -> None:
    path = script("""
        import time

        async def session(ws):
            await ws.request("a", "a", name="a")
            time.sleep(0.4)
    """)
    with serve("echo") as server:
        found = lived(server.url, path, connections=2)
    assert found.validity.verdict == "invalid"
    assert "the script blocked its process for up to" in found.validity.reasons[0]
    assert "at session.py:6" in found.validity.reasons[0]


def test_a_script_that_never_lets_go_ends_with_its_line(
    script: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wswarm.experiment.measure._PHASE_GRACE_S", 5.0)
    path = script("""
        import time

        async def session(ws):
            while True:
                time.sleep(1)
    """)
    with (
        serve("echo") as server,
        pytest.raises(GeneratorError, match=r"the script blocked it at session\.py:[56]$"),
    ):
        lived(server.url, path)


def test_a_script_that_can_not_be_run_ends_before_anything_opens(script: Write) -> None:
    path = script("""
        import nowhere_to_be_found

        async def session(ws):
            pass
    """)
    with serve("echo") as server:
        with pytest.raises(PlanError, match=r"session\.py:2: ModuleNotFoundError"):
            lived(server.url, path)
        assert server.log()["connections"] == 0


def test_sessions_arrive_each_on_a_connection_of_its_own(script: Write) -> None:
    with serve("echo") as server:
        found = lived(server.url, script(ASK), sessions=60.0, duration=1.0, connections=60, seed=3)
        log = server.log()
    assert sessions(found) == (60, 60, 0)
    assert log["received"] == 300
    assert (log["connections"], found.connections.opened) == (60, 60)
    assert (found.connections.left, found.connections.dropped) == (60, 0)
    assert found.steps["hello"].count == 300
    assert found.plan["seed"] == 3


@pytest.mark.parametrize("processes", [1, 2])
def test_what_arrives_beyond_the_most_at_once_is_refused_and_told(processes: int, script: Write) -> None:
    """Sessions outlast the hold, or who comes late at its end would find a place."""
    path = script("""
        async def session(ws):
            await ws.expect("what never comes", timeout=None, name="never")
    """)
    options = {"sessions": 40.0, "duration": 1.0, "connections": 8, "processes": processes, "drain": 1.0}
    with serve("echo") as server:
        found = lived(server.url, path, **options)
        assert server.log()["connections"] == 8
    assert found.sessions is not None
    assert sessions(found) == (8, 0, 0)
    assert found.sessions.refused == 32
    assert any("32 sessions of 40 that arrived were not begun" in notice for notice in found.notices)


def test_sessions_that_reach_nobody_are_a_target_that_can_not_be_measured(script: Write) -> None:
    for options in ({}, {"sessions": 20.0}):
        with pytest.raises(TargetError, match="every handshake failed: refused"):
            lived("ws://127.0.0.1:9/", script(ASK), **options)


USER = """
    async def session(ws):
        await ws.request(f"{ws.id} {ws.data['user']}", "", name="ask")
        if ws.data["user"] == "ann":
            raise ValueError(f"no {ws.data['user']} here")
"""


def test_each_session_has_its_row_of_the_data_and_tells_no_value_of_it(script: Write, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("user,word\nann,a\nbob,b\ncarl,c\n")
    path = script(USER)
    with serve("headers_echo") as server:
        options = {"data": str(tmp_path / "users.csv"), "connections": 3, "headers": ("X-User: {user}",)}
        found = lived(server.url, path, **options)
        requests = server.log()["requests"]
    assert failures(found) == {"ValueError: no … here": 1}
    assert sorted(one["messages"][0] for one in requests) == ["1 ann", "2 bob", "3 carl"]


def test_sessions_that_arrive_take_the_rows_in_turn(script: Write, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("user\nann\nbob\ncarl\n")
    load = {"sessions": 10.0, "duration": 0.7, "connections": 7}
    with serve("headers_echo") as server:
        lived(server.url, script(USER), data=str(tmp_path / "users.csv"), **load)
        said = sorted(one["messages"][0] for one in server.log()["requests"])
    assert said == ["1 ann", "2 bob", "3 carl", "4 ann", "5 bob", "6 carl", "7 ann"]


def test_fewer_rows_than_connections_are_refused(script: Write, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("user\nann\n")
    with pytest.raises(PlanError, match="1 row for 4 connections"):
        lived("ws://127.0.0.1:9/", script(USER), data=str(tmp_path / "users.csv"))


def test_a_session_begins_when_what_goes_before_it_is_said(script: Write) -> None:
    path = script("""
        async def session(ws):
            await ws.request("third", "third", name="third")
    """)
    with serve("headers_echo") as server:
        found = lived(server.url, path, on_open=("first",), steps=(("say", "second"), ("expect", "second")))
        said = [one["messages"] for one in server.log()["requests"]]
    assert sessions(found) == (4, 4, 0)
    assert said == [["first", "second", "third"]] * 4


def test_arrivals_of_one_seed_are_the_same(script: Write) -> None:
    path = script("""
        async def session(ws):
            await ws.sleep(0)
    """)
    with serve("echo") as server:
        plan = partial(lived, server.url, path, sessions=100.0, duration=0.5, connections=100, seed=11)
        one, other = plan(), plan(processes=2)
    assert one.sessions == other.sessions
    assert sessions(one) == (50, 50, 0)
