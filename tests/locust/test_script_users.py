"""Users that live a script: the same file as `wswarm script`, its steps as rows of Locust's table."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.servers import Server, serve
from tests.locust.harness import forking, headless, locust
from wswarm.results.run import Run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("locust: scripts")]

FILE = """
from wswarm.locust import ScriptUser

class Visitor(ScriptUser):
    url = "/"
    script = "session.py"
    data = "users.csv"
"""
SESSION = """
async def session(ws):
    await ws.request(f"hello {ws.data['user']}", "hello", name="hello")
    while ws.running:
        await ws.request("x", "x", name="ask")
        await ws.sleep(0.05)
"""
DISTURBED = 98  # a machine that is too busy makes any run invalid
Said = tuple[int, str, dict[str, Run]]
Action = Callable[[], object]
Under = Callable[..., Said]


@pytest.fixture
def under_locust(tmp_path: Path, echo: Server) -> Under:
    """Runs Locust on a script in another folder than the current one: exit code, what was said, runs."""

    def run(
        session: str = SESSION,
        *more: str,
        users: int = 4,
        file: str = FILE,
        in_hold: Action | None = None,
    ) -> Said:
        folder = tmp_path / "load"
        folder.mkdir(exist_ok=True)
        (folder / "locustfile.py").write_text(file)
        (folder / "session.py").write_text(session)
        (folder / "users.csv").write_text("user\nann\nbob\n")
        arguments = headless(echo.url, users, "--ws-hold", "1s", "-f", str(folder / "locustfile.py"), *more)
        with locust(tmp_path, *arguments) as one:
            if in_hold is not None:
                one.hold(0.2)
                in_hold()
            code = one.ended()
            said = one.text()
            return code, said, one.runs() if (tmp_path / "reports").exists() else {}

    return run


@pytest.fixture(scope="module")
def echo() -> Iterator[Server]:
    """Sends every message back."""
    with serve("echo") as server:
        yield server


def row(said: str, kind: str, name: str) -> tuple[int, int]:
    """Requests and failures of a row of Locust's last table."""
    found = re.findall(rf"^{kind}\s+{name}\s+(\d+)\s+(\d+)\(", said, re.MULTILINE)
    return int(found[-1][0]), int(found[-1][1])


def test_steps_are_rows_of_the_table_and_of_the_run(under_locust: Under) -> None:
    code, said, runs = under_locust()
    assert code in (0, DISTURBED), said
    found = runs["Visitor"]
    assert found.scenario == "script"
    assert found.sessions is not None
    assert (found.sessions.started, found.sessions.failed) == (4, 0)
    counts = {name: step.count for name, step in found.steps.items()}
    assert counts["hello"] == 4
    assert counts["ask"] > 20
    assert row(said, "step", "hello") == (4, 0)
    assert row(said, "step", "ask") == (counts["ask"], 0)


def test_several_workers_give_one_run(under_locust: Under) -> None:
    code, said, runs = under_locust(SESSION, *forking(2), users=6)
    assert code in (0, DISTURBED), said
    found = runs["Visitor"]
    assert found.sessions is not None
    assert found.sessions.started == 6
    assert found.steps["hello"].count == 6
    assert row(said, "step", "hello") == (6, 0)


@pytest.mark.parametrize("workers", [0, 2])
def test_what_users_publish_is_followed_to_those_of_all_workers(
    workers: int, under_locust: Under, tmp_path: Path
) -> None:
    text = f"""
from pathlib import Path

async def session(ws):
    ws.subscribe()
    while not Path({str(tmp_path / "go")!r}).exists():
        await ws.sleep(0.05)
    for number in range(5):
        await ws.publish("{{marker}}")
        await ws.sleep(0.02)
"""
    with serve("relay") as server:
        file = FILE.replace('"/"', repr(server.url))
        code, said, runs = under_locust(
            text, "--ws-hold", "4s", *forking(workers), file=file, in_hold=(tmp_path / "go").touch
        )
    found = runs["Visitor"]
    assert found.messages is not None, said
    seen = found.messages
    assert (seen.sent, seen.owed, seen.received, seen.extra) == (20, 60, 60, 0)
    assert found.fanout is not None
    assert (found.fanout.publishers, found.fanout.subscribers) == (4, 4)
    assert code in (0, DISTURBED)


def test_failed_sessions_fail_the_test_unless_an_objective_is_about_them(under_locust: Under) -> None:
    text = f"{SESSION}    raise ValueError('no ' + ws.data['user'])\n"
    code, said, runs = under_locust(text)
    assert code in (1, DISTURBED), said
    assert runs["Visitor"].sessions is not None
    assert runs["Visitor"].sessions.failures == {"ValueError: no …": 4}
    assert row(said, "session", "Visitor") == (4, 4)
    code, said, _ = under_locust(text, "--ws-fail", "sessions.failed<=4")
    assert code in (0, DISTURBED), said
    code, said, _ = under_locust(text, "--ws-fail", "sessions.failed<=3")
    assert code in (99, DISTURBED), said


@pytest.mark.parametrize(
    ("session", "told"),
    [
        ("def session(ws):\n    pass\n", "session.py:1: session is not async"),
        (f"import nowhere_to_be_found\n{SESSION}", "session.py:1: ModuleNotFoundError"),
    ],
)
def test_a_bad_script_ends_the_test_with_its_line(session: str, told: str, under_locust: Under) -> None:
    code, said, _ = under_locust(session)
    assert code == 2, said
    assert told in said
    assert "Traceback" not in said


def test_a_class_without_a_script_is_told(under_locust: Under) -> None:
    code, said, _ = under_locust(file=FILE.replace('    script = "session.py"\n', ""))
    assert code == 2, said
    assert "Visitor has no script: give it script = 'session.py'" in said
