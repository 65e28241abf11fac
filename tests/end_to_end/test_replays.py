"""Recordings, played against a server that keeps what it hears and when."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import wswarm
from tests.cli.command import Outcome, in_process
from tests.end_to_end.instrument import NAP_S, clock, quantile
from tests.end_to_end.servers import Server, serve
from tests.load.recordings import CHAT, Said, capturer, chrome, minimal, mitmproxy, playwright
from wswarm.drive.host.target import ReferenceApp
from wswarm.experiment.measure import measure
from wswarm.experiment.replayed import plan_of_replay
from wswarm.results.progress import Progress

pytestmark = clock
MS = 1_000_000
IDLE_MS = 1.0  # the server waits for a core as long as anybody does
MEASURED = (0, 98)  # beside other tests the machine may be too busy for a verdict of valid
RECORDED = Path(__file__).parents[1] / "recordings" / "playwright-chat.har"
LONG = "abcDEF12345678901234567"
SECRETS = ("hunter2", "t0psecret", "be4rer", "c00kie", LONG)
LOGIN: tuple[Said, ...] = (
    (0.02, ">", '{"type":"login","password":"hunter2"}'),
    (0.03, "<", '{"type":"in","ticket":"q9Zk31xaBB"}'),
    (0.10, ">", '{"type":"join","ticket":"q9Zk31xaBB"}'),
    (0.11, "<", "joined"),
    (0.20, ">", b"\x00\xff"),
    (0.21, "<", b"\xff"),
)
STEADY: tuple[Said, ...] = tuple((place / 20, ">", f"message {place}") for place in range(21))
STEADY_MS = [at * 1000 for at, _, _ in STEADY]
ANSWERS = [['{"type":"in","ticket":"{token}"}'], ["joined"], ["hex:ff"]]
JOINED = ['{"type":"login","password":"hunter2"}', '{"type":"join","ticket":"%s"}', "hex:00ff"]


class Replayed:
    """What came of a replay, as the command says and as the server does."""

    def __init__(self, end: Outcome, server: Server, folder: Path, late_s: Sequence[float]) -> None:
        self.end, self.log = end, server.log()
        self.late_ms = 1000 * quantile(late_s, 0.9)
        self.run: dict[str, Any] = json.loads(end.out) if end.out.startswith("{") else {}
        self.written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    def heard(self) -> list[list[str]]:
        """What the server heard on each connection."""
        return [
            [_written(kind, payload) for _, kind, payload in one["messages"]] for one in self.log["heard"]
        ]


def _written(kind: str, payload: str) -> str:
    return f"hex:{payload}" if kind == "binary" else bytes.fromhex(payload).decode()


Replay = Callable[..., Replayed]


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    """Plays a recording against a server of known behaviour."""

    def run(told: Any, *arguments: str, server: dict[str, Any] | None = None) -> Replayed:
        (tmp_path / "a.har").write_text(json.dumps(told), encoding="utf-8")
        folder = tmp_path / "report"
        with serve("answering", **(server or {})) as running:
            url = f"ws://127.0.0.1:{running.port}"
            options = ("--no-plots", "-o", str(folder), "--print", "json", *arguments)
            with bystander() as late_s:
                end = in_process("replay", "a.har", url, *options, cwd=tmp_path)
            return Replayed(end, running, folder, late_s)

    return run


@contextmanager
def bystander() -> Iterator[list[float]]:
    """How late somebody else wakes meanwhile, s: so late may the server be, which waits for a core as well."""
    late_s: list[float] = []
    is_over = threading.Event()

    def nap() -> None:
        while not is_over.is_set():
            start = time.monotonic()
            time.sleep(NAP_S)
            late_s.append(time.monotonic() - start - NAP_S)

    thread = threading.Thread(target=nap)
    thread.start()
    try:
        yield late_s
    finally:
        is_over.set()
        thread.join()


def assert_offsets(found: Replayed, wanted_ms: Sequence[float]) -> None:
    """Nothing is early; where others wake in time, offsets are kept within 2 ms but for the lag that is told."""
    late_ms = []
    for one in found.log["heard"]:
        moments_ms = [(moment_ns - one["asked_ns"]) / MS for moment_ns, _, _ in one["messages"]]
        behind = [moment - wanted for moment, wanted in zip(moments_ms, wanted_ms, strict=True)]
        assert min(behind) > -0.01
        late_ms += [abs(each - median(behind)) for each in behind]
    if found.late_ms < IDLE_MS:
        assert median(late_ms) < 2 + found.run["send_lag"]["p50"] * 1000


@pytest.mark.parametrize("made", [chrome, playwright, mitmproxy, capturer])
def test_messages_are_sent_at_their_offsets_whoever_recorded_them(
    made: Callable[..., Any], replay: Replay
) -> None:
    found = replay(made(STEADY), "-c", "5", server={"answers": []})
    assert found.heard() == [[str(message) for _, _, message in STEADY]] * 5
    assert_offsets(found, STEADY_MS)


def test_as_much_is_sent_and_received_as_was_recorded(replay: Replay) -> None:
    found = replay(chrome(CHAT), "-c", "5")
    assert found.end.code in MEASURED
    assert found.heard() == [["hé", "hex:00ff"]] * 5
    messages = found.run["messages"]
    assert [messages[name] for name in ("offered", "sent", "owed", "received")] == [10, 10, 10, 10]
    assert (messages["lost"], messages["unmarked"]) == ({"disconnected": 0, "silent": 0}, 0)
    assert found.run["sessions"] == {"started": 5, "finished": 5, "failed": 0, "failures": {}, "refused": 0}
    steps = found.run["steps"].items()
    assert {name: (one["count"], one["failed"], one["time"]["n"]) for name, one in steps} == {
        "text": (5, 0, 5),
        "binary": (5, 0, 5),
    }


def test_the_first_message_has_its_offset_from_the_opening(replay: Replay) -> None:
    found = replay(chrome(CHAT), "-c", "5")
    assert all(one["messages"][0][0] - one["asked_ns"] >= 250 * MS for one in found.log["heard"])


def test_twice_the_speed_takes_half_the_time(replay: Replay) -> None:
    found = replay(chrome(STEADY), "-c", "5", "--speed", "2", server={"answers": []})
    assert_offsets(found, [offset / 2 for offset in STEADY_MS])


def test_without_times_messages_follow_what_came_before_them_and_that_is_told(replay: Replay) -> None:
    found = replay(minimal(CHAT), "-c", "2")
    assert found.heard() == [["hé", "hex:00ff"]] * 2
    assert "a.har has no times: each message is sent when" in found.end.err


def test_values_of_the_server_s_are_taken_anew_on_each_connection(replay: Replay) -> None:
    found = replay(playwright(LOGIN), "-c", "3", server={"answers": ANSWERS})
    assert found.end.code in MEASURED
    assert found.heard() == [[JOINED[0], JOINED[1] % one["token"], JOINED[2]] for one in found.log["heard"]]


def test_a_message_waits_for_the_value_that_it_needs_and_none_overtakes_it(replay: Replay) -> None:
    said = [
        (0.01, "<", '{"type":"in","ticket":"q9Zk31xaBB"}'),
        (0.02, ">", "q9Zk31xaBB"),
        (0.03, ">", "then"),
    ]
    server = {"greets": ['{"type":"in","ticket":"{token}"}'], "late_s": 0.3, "answers": []}
    found = replay(playwright(said), "-c", "2", server=server)
    assert found.heard() == [[one["token"], "then"] for one in found.log["heard"]]
    for one in found.log["heard"]:
        assert all(moment_ns > one["greeted_ns"] for moment_ns, _, _ in one["messages"])
    assert found.run["send_lag"]["min"] < 0.2  # what waits for the server is not late


def test_a_value_that_never_comes_fails_the_session_and_says_which(replay: Replay) -> None:
    found = replay(playwright(LOGIN), "-c", "2", "--drain", "200ms", server={"answers": []})
    assert found.end.code in MEASURED
    reason = "message 2 of 3 needs 'ticket', which the server did not give"
    assert found.run["sessions"]["failures"] == {reason: 2}
    assert found.run["notices"][0].startswith(f"2 of 2 sessions failed: {reason} (2)")
    messages = found.run["messages"]
    assert (messages["offered"], messages["sent"], messages["lost"]["silent"]) == (2, 2, 6)


def test_a_connection_that_the_target_closes_midway_fails_and_says_where(replay: Replay) -> None:
    found = replay(playwright(LOGIN), "-c", "2", server={"answers": ANSWERS, "closes_after": 2})
    assert found.end.code == 95
    assert found.run["sessions"]["failures"] == {"closed before message 3 of 3": 2}
    assert found.run["messages"]["unsent"] == {"disconnected": 2, "late": 0}
    assert found.run["connections"]["close_reasons"] == {"4001 token … expired": 2}


def test_a_target_that_closes_when_all_was_played_has_dropped_nobody(replay: Replay) -> None:
    found = replay(playwright(LOGIN), "-c", "2", server={"answers": ANSWERS, "closes_after": 3})
    assert found.end.code in MEASURED
    assert (found.run["connections"]["dropped"], found.run["connections"]["left"]) == (0, 2)
    assert found.run["sessions"]["finished"] == 2


def test_what_the_recording_has_none_of_is_counted_and_not_shown(replay: Replay) -> None:
    found = replay(chrome(CHAT), "-c", "2", server={"greets": ['{"type":"news","token":"{token}"}']})
    assert found.run["messages"]["unmarked"] == 2
    assert found.run["samples"]["unmarked"] == []


def test_secrets_are_sent_and_shown_nowhere(replay: Replay) -> None:
    told = playwright(
        LOGIN,
        url=f"ws://recorded.example/{LONG}/ws?token=t0psecret&v=2%20x",
        headers=[
            ("Authorization", "Bearer be4rer"),
            ("Origin", "http://recorded.example"),
            ("Sec-WebSocket-Protocol", "v2.chat"),
        ],
        cookies=[("sid", "c00kie")],
    )
    found = replay(told, "-c", "2", "-H", "X-Mine: 1", server={"answers": ANSWERS, "closes_after": 2})
    for one in found.log["heard"]:
        assert one["path"] == f"/{LONG}/ws?token=t0psecret&v=2%20x"
        own = {"Authorization", "Cookie", "Origin", "Sec-WebSocket-Protocol", "X-Mine"}
        assert {name: value for name, value in one["headers"].items() if name in own} == {
            "Authorization": "Bearer be4rer",
            "Cookie": "sid=c00kie",
            "Origin": one["headers"]["Host"].join(("http://", "")),
            "Sec-WebSocket-Protocol": "v2.chat",
            "X-Mine": "1",
        }
    assert found.heard()[0][0] == JOINED[0]
    shown = (found.end.out + found.end.err).encode() + found.written
    assert found.written
    tokens = [one["token"] for one in found.log["heard"]]
    assert not [one for one in (*SECRETS, *tokens) if one.encode() in shown]
    assert found.run["plan"]["url"].endswith("/${recorded_path}/ws?token=${recorded_token}&v=2%20x")


def test_many_connections_play_each_from_its_own_opening(replay: Replay) -> None:
    found = replay(chrome(STEADY), "-c", "50", "--connect-rate", "100/s", server={"answers": []})
    assert found.heard() == [[str(message) for _, _, message in STEADY]] * 50
    assert found.run["messages"]["sent"] == 50 * len(STEADY)
    assert_offsets(found, STEADY_MS)


def test_ctrl_c_leaves_the_rest_unsent_and_unowed(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_text(json.dumps(chrome(((0.1, ">", "a"), (0.2, "<", "a"), (30, ">", "b"), (31, "<", "b")))))
    with serve("answering") as server:
        url = f"ws://127.0.0.1:{server.port}"
        plan, _ = plan_of_replay(url, recording=str(path), connections=2)
        seen: list[Progress] = []
        run = measure(plan, seen.append, lambda: bool(seen) and seen[-1].received == 2)
    assert run.interrupted
    assert run.messages is not None
    assert (run.messages.offered, run.messages.sent, run.messages.owed, run.messages.received) == (2, 2, 2, 2)
    assert run.sessions is not None
    assert (run.sessions.started, run.sessions.finished, run.sessions.failed) == (2, 0, 0)


@pytest.fixture(scope="module")
def app() -> Iterator[ReferenceApp]:
    with ReferenceApp() as running:
        yield running


CHATTED = ["hello", "how are you?", "bye"]


@pytest.mark.parametrize("connections", [1, 3])
def test_a_chat_recorded_with_playwright_is_played_against_the_reference_application(
    connections: int, app: ReferenceApp, tmp_path: Path
) -> None:
    """Each connection is told of its own message and of what all say, and is owed what one was told alone."""
    plan, _ = plan_of_replay(app.url, recording=str(RECORDED), connections=connections)
    run = measure(plan)
    assert run.messages is not None
    sent = len(CHATTED) * connections
    assert (run.messages.sent, run.messages.owed, run.messages.received) == (sent, 2 * sent, 2 * sent)
    assert run.messages.unmarked == sent * (connections - 1)
    assert run.sessions is not None
    assert run.sessions.finished == connections


def test_the_written_script_says_what_was_recorded_with_secrets_from_a_file(tmp_path: Path) -> None:
    told = playwright(LOGIN, url="ws://recorded.example/ws?token=t0psecret", cookies=[("sid", "c00kie")])
    (tmp_path / "a.har").write_text(json.dumps(told), encoding="utf-8")
    assert in_process("import", "a.har", cwd=tmp_path).code == 0
    (tmp_path / "secrets.csv").write_text("token,sid,password\n" + "mine,mine2,hunter2\n" * 2)
    with serve("answering", answers=ANSWERS) as server:
        url = f"ws://127.0.0.1:{server.port}/ws?token={{token}}"
        arguments = ("-c", "2", "-d", "300ms", "--cookie", "sid={sid}", "--data", "secrets.csv", "--no-plots")
        end = in_process("script", "session.py", url, *arguments, "--print", "json", cwd=tmp_path)
    run = json.loads(end.out)
    assert run["sessions"] == {"started": 2, "finished": 2, "failed": 0, "failures": {}, "refused": 0}
    assert {name: step["count"] for name, step in run["steps"].items()} == {
        "type=in": 2,
        "text": 2,
        "binary": 2,
    }
    for one in server.log()["heard"]:
        said = [json.loads(bytes.fromhex(payload)) for _, kind, payload in one["messages"] if kind == "text"]
        assert said == [json.loads(JOINED[0]), json.loads(JOINED[1] % one["token"])]
        assert one["path"] == "/ws?token=mine"
        assert one["headers"]["Cookie"] == "sid=mine2"


def test_a_recording_is_played_from_python_too(tmp_path: Path) -> None:
    path = tmp_path / "a.har"
    path.write_text(json.dumps(chrome(CHAT)), encoding="utf-8")
    with serve("answering") as server:
        run = wswarm.replay(path, f"ws://127.0.0.1:{server.port}", connections=2, speed=5)
    assert run.messages is not None
    assert (run.scenario, run.messages.sent, run.messages.received) == ("replay", 4, 4)
