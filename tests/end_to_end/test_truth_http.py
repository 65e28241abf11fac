"""Broadcasts published by HTTP, against a server that says exactly what it took, refused and delivered."""

from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.cli.command import in_process
from tests.cli.strangers import closed_port
from tests.end_to_end.instrument import (
    NS_PER_S,
    as_told,
    clock,
    run,
    several_at_once,
    side_by_side,
    undisturbed,
)
from tests.end_to_end.servers import serve
from wswarm.report import text
from wswarm.results.progress import Progress
from wswarm.results.run import Run

SUBSCRIBERS, SENDS = 5, 100
LOAD = {"connections": SUBSCRIBERS, "rate": 100.0, "duration": 1.0, "warmup": 0.0, "drain": 5.0}
BODY = '{"say": "{marker}", "by": {id}}'


class Measured(NamedTuple):
    """A run, and what the server says of it."""

    run: Run
    facts: dict[str, Any]


class Case(NamedTuple):
    """How the server is, how it is measured, and how the 100 requests of the hold end."""

    server: dict[str, Any]
    options: dict[str, Any]
    statuses: dict[str, int]
    delivered: int = 0  # requests that failed, and were passed on all the same


CASES = {
    "taken": Case({}, {}, {"202": 100}),
    "taken, the other driver": Case({}, {"driver": "websockets"}, {"202": 100}),
    "taken, after a warm-up": Case({}, {"warmup": 0.2}, {"202": 100}),
    "taken, two agents": Case({}, {"processes": 2}, {"202": 100}),
    "every tenth refused": Case({"statuses": [202] * 9 + [503]}, {}, {"202": 90, "503": 10}),
    "every tenth refused, two agents": Case(
        {"statuses": [202] * 9 + [503]}, {"processes": 2}, {"202": 90, "503": 10}
    ),
    "every fifth refused and delivered": Case(
        {"statuses": [200] * 4 + [500], "delivers_all": True}, {}, {"200": 80, "500": 20}, 20
    ),
    "answered late": Case({"delay": 0.5}, {"rate": 50.0, "duration": 2.0}, {"202": 100}),
    "answered late, some refused": Case(
        {"delay": 0.5, "statuses": [202] * 9 + [429]},
        {"rate": 50.0, "duration": 2.0},
        {"202": 90, "429": 10},
    ),
    "closing": Case({"closing": "said"}, {}, {"202": 100}),
    "in chunks": Case({"chunked": True}, {}, {"202": 100}),
    "by TLS": Case({"secure": True}, {}, {"202": 100}),
    "reset": Case({"reset_every": 10}, {}, {"202": 90, "reset": 10}, 10),
    "too late": Case({"ignore_every": 10}, {"connect_timeout": 2.0}, {"202": 90, "timeout": 10}, 10),
    "never answered": Case({"ignore_every": 50}, {"drain": 1.0}, {"202": 98, "no answer": 2}, 2),
    "by number": Case({}, {"publish_body": '{"id": {marker:int}}'}, {"202": 100}),
    "by number, every tenth refused, two agents": Case(
        {"statuses": [202] * 9 + [503]},
        {"publish_body": '{"id": {marker:int}}', "processes": 2, "driver": "websockets"},
        {"202": 90, "503": 10},
    ),
    "by number, at random": Case(
        {"delay": 0.05},
        {"publish_body": '[{marker:int}, "{id}"]', "arrivals": "poisson", "seed": 7},
        {"202": 100},
    ),
    "led on": Case({"statuses": [303], "delivers_all": True}, {}, {"303": 100}),
}


def measured(case: Case) -> Measured:
    """A run of a case."""
    with serve("posting", **case.server) as server:
        options = {**LOAD, "publish": f"POST {at(server.url)}publish", "publish_body": BODY, **case.options}
        if "cacert" in server.ready:
            options["cacert"] = server.cacert
        return Measured(run("fanout", f"{server.url}sub", **options), server.log())


def at(url: str) -> str:
    """The address of HTTP that belongs to one of WebSockets."""
    return url.replace("ws", "http", 1)


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[str, Future[Measured]]]:
    with side_by_side({name: partial(measured, case) for name, case in CASES.items()}, at_once=3) as found:
        yield found


@several_at_once
@pytest.mark.parametrize("name", CASES)
def test_counts_are_exact_whatever_becomes_of_the_requests(
    name: str, runs: dict[str, Future[Measured]]
) -> None:
    case, (found, facts) = CASES[name], runs[name].result()
    taken = sum(count for status, count in case.statuses.items() if status.isdecimal() and int(status) < 400)
    messages, publish, fanout = found.messages, found.publish, found.fanout
    assert messages is not None
    assert publish is not None
    assert fanout is not None
    assert publish.statuses == case.statuses
    assert (messages.offered, messages.sent, publish.requests) == (SENDS, SENDS, SENDS)
    assert (messages.owed, messages.received) == (taken * SUBSCRIBERS, taken * SUBSCRIBERS)
    assert (messages.lost.silent, messages.lost.disconnected) == (0, 0)
    assert (messages.duplicated, messages.unmarked) == (0, 0)
    assert messages.extra == case.delivered * SUBSCRIBERS
    assert (fanout.broadcasts, fanout.incomplete, fanout.delivery_time.n) == (taken, 0, taken * SUBSCRIBERS)
    answered = sum(count for status, count in case.statuses.items() if status.isdecimal())
    assert publish.response_time.n == answered
    assert facts["requests"] == SENDS + round(LOAD["rate"] * case.options.get("warmup", 0.0))
    assert found.failure is None


@several_at_once
def test_publishers_are_no_connections(runs: dict[str, Future[Measured]]) -> None:
    found, facts = runs["taken"].result()
    assert (found.connections.requested, found.connections.opened) == (SUBSCRIBERS, SUBSCRIBERS)
    assert (facts["connections"], facts["publishers"]) == (SUBSCRIBERS, 0)
    assert found.fanout is not None
    assert (found.fanout.publishers, found.fanout.subscribers) == (0, SUBSCRIBERS)
    assert found.plan["publish_body"] == BODY
    assert found.notices == []


@several_at_once
def test_a_request_is_what_was_asked_for(runs: dict[str, Future[Measured]]) -> None:
    first = runs["taken"].result().facts["first"]
    assert first["line"] == "POST /publish HTTP/1.1"
    assert first["headers"]["content-type"] == "application/json"
    said = msgspec.json.decode(first["body"])
    assert said["by"] == SUBSCRIBERS + 1
    assert said["say"].startswith("wswarm")
    assert len(said["say"]) == 46


@several_at_once
def test_slow_answers_hold_nothing_up(runs: dict[str, Future[Measured]]) -> None:
    found, facts = runs["answered late"].result()
    assert 20 < facts["posts_peak"] <= 50
    assert found.fanout is not None
    assert found.publish is not None
    assert found.fanout.delivery_time.p50 is not None
    assert found.publish.response_time.min is not None
    assert found.fanout.delivery_time.p50 < 0.4 < 0.49 < found.publish.response_time.min


@several_at_once
def test_failures_are_told_first_and_in_every_summary(runs: dict[str, Future[Measured]]) -> None:
    found = runs["every tenth refused"].result().run
    said = '10 of 100 requests to publish failed: 503 (10): "refused on purpose"'
    assert found.notices == [said]
    assert found.samples.refusals == {"publish 503": "refused on purpose"}
    shown = text.summary(found)
    assert said in shown
    assert 'failed                10   503 ("refused on purpose"): 10' in shown


@clock
def test_times_are_from_when_a_request_was_due() -> None:
    def measure(held_s: float) -> tuple[Measured, float]:
        server = {"hold": held_s, "delay": held_s}
        return measured(Case(server, {"rate": 20.0, "duration": 1.5}, {})), held_s

    (found, facts), held_s = undisturbed(measure)
    due_ns, delivered_ns, answered_ns = zip(*facts["times_ns"], strict=True)
    delivered_s, answered_s = (
        median(at - due for at, due in zip(moments_ns, due_ns, strict=True)) / NS_PER_S
        for moments_ns in (delivered_ns, answered_ns)
    )
    assert delivered_s > 0.9 * held_s
    assert answered_s > 1.8 * held_s
    assert found.fanout is not None
    assert found.publish is not None
    assert found.fanout.delivery_time.p50 == as_told(delivered_s, found)
    assert found.publish.response_time.p50 == as_told(answered_s, found)


def test_a_marker_may_be_in_the_address() -> None:
    with serve("posting") as server:
        publish = f"GET {at(server.url)}say?from={{id}}&message={{marker}}"
        found = run("fanout", f"{server.url}sub", **LOAD | {"duration": 0.5}, publish=publish)
        facts = server.log()
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received) == (250, 250)
    assert facts["first"]["line"].startswith("GET /say?from=6&message=wswarm")
    assert facts["first"]["body"] == ""


def test_a_body_may_be_large() -> None:
    with serve("posting") as server:
        publish, body = f"POST {at(server.url)}publish", "{marker}" + "x" * 300_000
        load = LOAD | {"connections": 2, "rate": 20.0}
        found = run("fanout", f"{server.url}sub", **load, publish=publish, publish_body=body)
    assert found.messages is not None
    assert (found.messages.owed, found.messages.received) == (40, 40)


def test_requests_publish_into_rooms() -> None:
    with serve("posting", rooms=True, statuses=[202] * 9 + [503]) as server:
        found = run(
            "fanout",
            f"{server.url}sub/{{room}}",
            **LOAD | {"connections": 20},
            rooms=4,
            processes=2,
            publish=f"POST {at(server.url)}publish/{{room}}",
            publish_body=BODY,
        )
    assert found.messages is not None
    assert found.publish is not None
    assert found.rooms is not None
    assert found.publish.statuses == {"202": 90, "503": 10}
    assert (found.messages.owed, found.messages.received, found.messages.extra) == (450, 450, 0)
    assert found.connections.requested == 20
    assert (found.rooms.rooms, sum(one.owed for one in found.rooms.worst)) == (4, 450)


def test_numbers_name_messages_in_rooms_too() -> None:
    with serve("posting", rooms=True) as server:
        found = run(
            "fanout",
            f"{server.url}sub/{{room}}",
            **LOAD | {"connections": 6},
            rooms=3,
            publish=f"POST {at(server.url)}publish/{{room}}",
            publish_body='{"id": {marker:int}}',
        )
    assert found.messages is not None
    assert found.fanout is not None
    assert (found.messages.owed, found.messages.received, found.messages.extra) == (200, 200, 0)
    assert (found.messages.unmarked, found.messages.reordered) == (0, 0)
    assert found.fanout.delivery_time.min is not None
    assert found.fanout.delivery_time.min > 0


def test_what_refused_requests_publish_is_extra_in_its_room() -> None:
    with serve("posting", rooms=True, statuses=[202, 500], delivers_all=True) as server:
        found = run(
            "fanout",
            f"{server.url}sub/{{room}}",
            **LOAD | {"connections": 8},
            rooms=2,
            publish=f"POST {at(server.url)}publish/{{room}}",
            publish_body=BODY,
        )
    assert found.messages is not None
    assert found.rooms is not None
    assert (found.messages.owed, found.messages.received, found.messages.extra) == (200, 200, 200)
    assert sum(one.extra for one in found.rooms.worst) == 200


def published(folder: Path, url: str, *arguments: str) -> tuple[Run, int]:
    """The run file and the exit code of a brief fan-out from the command line."""
    load = ("-c", "3", "-r", "60/s", "-d", "1s", "--warmup", "0s", "--drain", "1s")
    end = in_process(
        *("fanout", url, *load, *arguments, "-o", str(folder), "--no-plots", "--quiet"), cwd=folder
    )
    assert (end.out, end.err) == ("", "")
    return msgspec.json.decode((folder / "run.json").read_bytes(), type=Run), end.code


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ({"token": "wanted"}, ('401 (60): "no token"', "give --publish-header")),
        (
            {"statuses": [307], "location": "https://there.test/publish"},
            ("307 to https://there.test/publish (60)", "publish at https://there.test/publish"),
        ),
        ({"statuses": [422]}, ('422 (60): "refused on purpose"', "--publish-body")),
    ],
)
def test_where_every_request_is_refused_nothing_was_measured_and_the_reason_is_told(
    server: dict[str, Any], words: tuple[str, ...], tmp_path: Path
) -> None:
    with serve("posting", **server) as posting:
        found, code = published(
            tmp_path,
            f"{posting.url}sub",
            *("--publish", f"POST {at(posting.url)}publish", "--publish-body", BODY),
        )
    assert code == 98
    assert found.messages is not None
    assert (found.messages.sent, found.messages.owed) == (60, 0)
    reason = found.validity.reasons[0]
    assert reason.startswith("nothing measured: every request to publish failed: ")
    assert not [word for word in words if word not in reason], reason


def test_where_nobody_listens_the_requests_were_refused(tmp_path: Path) -> None:
    with serve("posting") as posting:
        publish = f"POST http://127.0.0.1:{closed_port()}/publish"
        found, code = published(tmp_path, f"{posting.url}sub", "--publish", publish, "--publish-body", BODY)
    assert code == 98
    assert found.publish is not None
    assert found.publish.statuses == {"refused": 60}
    assert "start the service or correct the port" in found.validity.reasons[0]


def test_a_server_that_dies_is_reported_with_what_it_took(tmp_path: Path) -> None:
    with serve("posting", die_after=31) as posting:
        found, code = published(
            tmp_path,
            f"{posting.url}sub",
            *("--publish", f"POST {at(posting.url)}publish", "--publish-body", BODY),
        )
    assert code == 95
    assert found.publish is not None
    assert found.messages is not None
    assert found.publish.statuses["202"] == 30
    assert sum(found.publish.statuses.values()) == 60
    assert (found.messages.owed, found.messages.received) == (90, 90)


def test_a_server_that_hangs_up_without_a_word_loses_at_most_what_it_hung_up_on() -> None:
    with serve("posting", closing="unsaid") as server:
        publish = f"POST {at(server.url)}publish"
        found = run("fanout", f"{server.url}sub", **LOAD, publish=publish, publish_body=BODY)
    assert found.publish is not None
    assert found.messages is not None
    assert found.messages.owed == found.messages.received == SUBSCRIBERS * found.publish.statuses["202"]
    assert sum(found.publish.statuses.values()) == SENDS


def test_where_all_requests_wait_for_answers_that_is_why_others_are_late() -> None:
    with serve("posting", delay=1.0) as server:
        publish = f"POST {at(server.url)}publish"
        found = run("fanout", f"{server.url}sub", **LOAD, publish=publish, publish_body=BODY)
        facts = server.log()
    assert facts["posts_peak"] == 50
    assert found.messages is not None
    assert found.messages.received == SENDS * SUBSCRIBERS
    assert any("all 50 requests that may be under way at once" in one for one in found.validity.reasons)


def test_progress_counts_as_lost_nothing_that_was_refused_or_not_yet_answered() -> None:
    seen: list[Progress] = []
    with serve("posting", statuses=[202, 503], delay=0.4) as server:
        publish = f"POST {at(server.url)}publish"
        load = LOAD | {"rate": 40.0, "duration": 3.0}
        run("fanout", f"{server.url}sub", seen.append, **load, publish=publish, publish_body=BODY)
    assert {one.connections_requested for one in seen} == {SUBSCRIBERS}
    assert {one.lost for one in seen if one.phase == "hold"} <= {None, 0}
    assert seen[-1].sent == 120


def test_secrets_of_requests_are_in_no_output() -> None:
    with serve("posting", token="s3cret-t0ken", telling=True) as server:
        found = run(
            "fanout",
            f"{server.url}sub",
            **LOAD | {"duration": 0.5},
            publish=f"POST {at(server.url).replace('://', '://me:hunter2@')}publish?api_key=k3y-of-mine",
            publish_body='{"text": "{marker}", "password": "p4ss-word"}',
            publish_headers=("X-Token: t0ken-of-mine",),
        )
    shown = text.summary(found) + msgspec.json.encode(found).decode()
    assert found.samples.refusals["publish 401"].startswith("no token, but …: POST /publish?api_key=… ")
    assert not [one for one in ("hunter2", "k3y-of-mine", "p4ss-word", "t0ken-of-mine") if one in shown]
