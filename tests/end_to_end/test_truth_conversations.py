"""Connections that have to say something before they are ready, on a server that wants it."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.instrument import run
from tests.end_to_end.servers import serve
from wswarm.errors import PlanError, ResultError, TargetError
from wswarm.experiment.besides import Besides
from wswarm.experiment.measure import measure
from wswarm.load.plan import make_plan
from wswarm.results.progress import Traced

pytestmark = pytest.mark.xdist_group("conversations")

STEPS = (
    ("expect", '{"type":"hello"}'),
    ("take", "sid=$.sid"),
    ("say", '{"token":"{token}","sid":"{sid}"}'),
    ("expect", '{"type":"ack","sid":"{sid}"}'),
)
READY_S = 0.3


def steps(token: str) -> tuple[tuple[str, str], ...]:
    """Return the steps with this token."""
    return tuple((kind, value.replace("{token}", token)) for kind, value in STEPS)


@pytest.mark.parametrize("driver", ["picows", "websockets"])
def test_every_connection_says_its_own_and_is_owed_from_when_it_is_ready(
    driver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSWARM_TEST_KEY", "k-9f2")
    rows = [f"user{number},token-{number}-x" for number in range(1, 12)]
    (tmp_path / "users.csv").write_text("\n".join(["user,token", *rows]))
    with serve("conversing", ready_s=READY_S) as server:
        found = run(
            "fanout",
            f"{server.url}{{user}}?key=${{WSWARM_TEST_KEY}}",
            connections=10,
            rate=40,
            warmup=0.0,
            duration=1.0,
            steps=STEPS,
            data=str(tmp_path / "users.csv"),
            driver=driver,
        )
        facts = server.log()
    assert sorted(facts["paths"]) == sorted(f"/user{number}?key=k-9f2" for number in range(1, 12))
    assert sorted(facts["tokens"]) == sorted(f"token-{number}-x" for number in range(1, 12))
    assert facts["broadcasts"] == 40
    connections, messages = found.connections, found.messages
    assert (connections.opened, connections.failed) == (11, 0)
    assert connections.ready_time is not None
    assert connections.ready_time.n == 11
    assert connections.ready_time.min >= READY_S
    assert connections.handshake_time.min < READY_S
    assert messages is not None
    assert (messages.owed, messages.received, messages.unmarked) == (400, 400, 0)
    assert messages.protocol == 11 * 2  # news and presence; what was waited for is none of it
    told = found.plan["url"], found.plan["steps"]
    assert told == (f"{server.url}{{user}}?key=${{WSWARM_TEST_KEY}}", [list(step) for step in STEPS])


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("bad one", "Not authorized: \u2026"),
        ("shut", "step 4: closed 4403 Forbidden"),
        ("mute", "step 4: no answer"),
    ],
)
def test_a_conversation_that_fails_is_told_by_its_reason(token: str, reason: str) -> None:
    with serve("conversing") as server, pytest.raises(TargetError) as raised:
        run(
            "connect",
            server.url,
            connections=4,
            duration=0.2,
            steps=steps(token),
            refuse=['/"error":"(.*?)"/'],
            connect_timeout=0.7,
        )
    assert str(raised.value).startswith(f"no connection became ready: {reason} (4)")


@pytest.mark.parametrize(
    ("theirs", "told"),
    [((), "--publisher-expect are theirs instead"), ((("expect", "nothing"),), "--connect-timeout")],
)
def test_publishers_whose_conversation_fails_are_told_as_such(
    theirs: tuple[tuple[str, str], ...], told: str
) -> None:
    with serve("conversing") as server, serve("echo") as other, pytest.raises(TargetError) as raised:
        run(
            "fanout",
            server.url,
            publisher_url=other.url,
            publisher_steps=theirs,
            connections=2,
            duration=0.2,
            steps=steps("good"),
            connect_timeout=0.7,
        )
    assert str(raised.value).startswith("no publisher became ready: step 1: no answer (1)")
    assert str(raised.value).endswith(told)


def test_a_failed_conversation_is_a_failed_connection_and_its_data_are_hidden(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("token\n" + "good\nbad-4711\n" * 5)
    with serve("conversing") as server:
        found = run(
            "connect",
            server.url,
            connections=10,
            duration=0.3,
            steps=STEPS,
            refuse=['/"error":"(.*?)"/'],
            data=str(tmp_path / "users.csv"),
        )
    connections = found.connections
    assert (connections.opened, connections.failed, connections.peak) == (5, 5, 5)
    assert connections.failures == {"Not authorized: \u2026": 5}
    assert connections.handshake_time.n == 5


def test_a_refusal_of_later_names_the_end_that_follows_it() -> None:
    with serve("conversing", ping_s=0.3) as server:
        found = run(
            "connect", server.url, connections=3, duration=1.0, steps=steps("a"), refuse=['/"error":"(.*?)"/']
        )
    assert found.connections.close_reasons == {"1000 too slow": 3}
    assert any(
        "the target said no 3 times" in notice and "too slow (3)" in notice for notice in found.notices
    )


@pytest.mark.parametrize("driver", ["picows", "websockets"])
@pytest.mark.parametrize("processes", [1, 2])
def test_what_the_first_connections_say_and_hear_is_shown_without_secrets(
    driver: str, processes: int
) -> None:
    told: list[Traced] = []
    with serve("conversing") as server:
        plan = make_plan(
            "fanout",
            server.url,
            connections=4,
            rate=10,
            duration=0.5,
            warmup=0.0,
            steps=steps("secret-wxyz"),
            trace=2,
            driver=driver,
            processes=processes,
        )
        found = measure(plan, besides=Besides(told.append))
    assert {one.connection for one in told} == {1, 2, 5}
    words = [one.words for one in told if one.connection == 1]
    kinds = [one.kind for one in told if one.connection == 1]
    assert any('"type":"hello"' in one for one in words)
    assert kinds.count("<") == 4 - 1 + 5  # hello with news, presence, acknowledgement; five broadcasts
    assert kinds.count(">") == 1
    assert sum(one.kind == ">" for one in told if one.connection == 5) == 1 + 5
    assert "wxyz" not in str(told)
    moments = [one.after_s for one in told if one.connection == 1]
    assert moments == sorted(moments)
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received) == (20, 20)


@pytest.mark.parametrize("driver", ["picows", "websockets"])
def test_an_answer_that_means_no_is_no_reply_though_it_holds_our_mark(driver: str, tmp_path: Path) -> None:
    (tmp_path / "kinds.csv").write_text("kind\nok\nerror\n")
    with serve("echo") as server:
        found = run("echo", server.url, connections=2, rate=100, driver=driver, **refusing(tmp_path))
    assert found.messages is not None
    half = found.messages.sent // 2
    assert (found.messages.owed, found.messages.received, found.messages.unmarked) == (2 * half, half, 0)
    assert found.messages.lost.silent == half
    assert found.messages.protocol >= half
    assert any("too fast" in notice for notice in found.notices)


def test_whoever_waits_for_a_reply_waits_no_longer_when_it_is_a_no(tmp_path: Path) -> None:
    (tmp_path / "kinds.csv").write_text("kind\nok\nerror\n")
    with serve("echo") as server:
        options = {**refusing(tmp_path), "rate": 40, "drain": 3.0}
        found = run("echo", server.url, connections=2, closed=True, **options)
    assert found.messages is not None
    half = found.messages.sent // 2
    assert found.messages.sent == 40
    assert (found.messages.received, found.messages.lost.silent) == (half, half)


def test_a_no_among_the_messages_of_a_frame_leaves_the_others_their_marks(tmp_path: Path) -> None:
    (tmp_path / "kinds.csv").write_text("kind\n" + "ok\n" * 5 + "error\n")
    with serve("batching", every=0.1) as server:
        found = run("fanout", server.url, connections=4, publishers=2, rate=100, **refusing(tmp_path))
        assert server.log()["most"] > 1
    assert found.messages is not None
    half = found.messages.sent * 4 // 2
    assert (found.messages.owed, found.messages.received, found.messages.unmarked) == (2 * half, half, 0)


def refusing(folder: Path) -> dict[str, Any]:
    """Return settings with which connections whose kind is `error` send what means no."""
    return {
        "data": str(folder / "kinds.csv"),
        "json": '{"{kind}":"too fast","m":"{marker}"}',
        "refuse": ['/"error":"(.*?)"/'],
        "steps": (("say", "hello"), ("expect", "hello")),
        "duration": 1.0,
        "drain": 1.0,
    }


def test_connections_without_a_conversation_are_ready_when_they_are_open() -> None:
    with serve("echo") as server:
        found = run("echo", server.url, connections=3, duration=0.2, rate=20)
    assert found.connections.ready_time == found.connections.handshake_time
    assert found.messages is not None
    assert found.messages.protocol == 0


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        ("token\na\n", PlanError, "1 row for 3 connections"),
        ("", PlanError, "is empty"),
        ("token,b\na\nb\nc\n", PlanError, "row 1 has 1 value"),
        ("token,token\na,b\n" * 5, PlanError, "stands twice"),
        ("id\n1\n2\n3\n", PlanError, "name of ours"),
        (None, ResultError, "can't be read"),
    ],
)
def test_data_that_can_not_be_is_named(
    content: str | None, kind: type[Exception], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "users.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(kind) as raised:
        run("connect", "ws://127.0.0.1:1", connections=3, duration=0.1, data=str(path))
    assert words in str(raised.value)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("url", "value", "kind", "words"),
    [
        (
            "ws://127.0.0.1:${WSWARM_TEST_KEY}/",
            "s3cret",
            PlanError,
            "no address with what its variables hold",
        ),
        ("ws://127.0.0.1:${WSWARM_TEST_KEY}/", "99999", PlanError, "no address with what its variables hold"),
        ("ws://${WSWARM_TEST_KEY}/", "", PlanError, "no address with what its variables hold"),
        ("ws://${WSWARM_TEST_KEY}/", "[s3cret", PlanError, "no address with what its variables hold"),
        (
            "ws://${WSWARM_TEST_KEY}/",
            "s3cret.invalid",
            TargetError,
            "no such host as ws://${WSWARM_TEST_KEY}/ names",
        ),
        ("ws+unix:/no/${WSWARM_TEST_KEY}:/", "s3cret", TargetError, "there is no such file"),
        ("ws://{host}:1/", "", PlanError, "a host can't hold {…}"),
    ],
)
def test_an_address_that_its_variables_make_none_is_named_without_them(
    url: str, value: str, kind: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSWARM_TEST_KEY", value)
    with pytest.raises(kind) as raised:
        run("connect", url, connections=3, duration=0.1)
    assert words in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_what_breaks_a_header_is_named_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "users.csv"
    path.write_text('name\na\n"b\nX-Evil: 1"\nc\n')
    options: dict[str, Any] = {"connections": 3, "duration": 0.1}
    with pytest.raises(PlanError, match=r"row 2 has a line break .* in 'name'"):
        run("connect", "ws://127.0.0.1:1", **options, headers=["X: {name}"], data=str(path))
    monkeypatch.setenv("WSWARM_TEST_KEY", "a\r\nb")
    with pytest.raises(PlanError, match="holds a line break"):
        run("connect", "ws://127.0.0.1:1", **options, cookies=["a=${WSWARM_TEST_KEY}"])


def test_a_ramp_that_is_ended_early_waits_for_no_conversation() -> None:
    with serve("conversing") as server:
        plan = make_plan(
            "connect", server.url, connections=3, duration=1.0, steps=steps("mute"), connect_timeout=60
        )
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            measure(plan, interrupted=lambda: time.monotonic() > begun + 1.5)
    assert time.monotonic() < begun + plan.connect_timeout


def test_a_variable_that_is_not_set_is_named() -> None:
    options: dict[str, Any] = {"connections": 1, "duration": 0.1, "headers": ["X: ${WSWARM_TEST_UNSET}"]}
    with pytest.raises(PlanError, match=r"\$\{WSWARM_TEST_UNSET\} is not set"):
        run("connect", "ws://127.0.0.1:1", **options)


def test_subscribers_that_received_nothing_are_told() -> None:
    with serve("faulty_relay", lose={"every": 1, "receivers": [2, 5]}) as server:
        found = run("fanout", server.url, connections=6, rate=20, duration=1.0)
    assert found.messages is not None
    assert found.messages.received == 4 * 20
    assert any("2 of 6 subscribers received nothing" in notice for notice in found.notices)
    with serve("relay") as server:
        found = run("fanout", server.url, connections=6, rate=20, duration=0.5)
    assert found.notices == []
