"""Users with tasks against a server that pushes, pings and fragments: what answers what, and how long it took.

Locust is a library here: all classes of all drivers run in one process that says at its end what they saw.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.end_to_end.servers import serve
from wswarm.report import store

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("replies")]

ANSWER_MS = 30.0
TIMER_MS = 1.0  # by so much a timer of the server may come too early
PUSH_MS = 50.0
SCRIPT = """
import gevent, json, sys
from locust import constant, events, task
from locust.env import Environment
from wswarm.locust import WebSocketUser

URL = sys.argv[1]
SEEN, TIMES = {}, {}

class Asking(WebSocketUser):
    abstract = True
    host, url, wait_time, number = URL, "/ws", constant(0.12), 0

    @task
    def ask(self):
        self.number += 1
        text = f"q{self.number}"
        assert self.request(text, f"re:{text}", name="right").text == f"re:{text}"
        self.request("x", name="any")

    @task
    def several(self):
        self.send("a")
        gevent.sleep(0.02)
        self.send("b")
        for wanted in ("re:a", "re:b"):
            self.expect(wanted, name="several")

    def on_message(self, message):
        SEEN.setdefault(type(self).__name__, set()).add(message.text.rstrip("0123456789"))

class Picows(Asking):
    pass

class Websockets(Asking):
    settings = {"driver": "websockets"}

class Waiting(WebSocketUser):
    host, url, wait_time = URL, "/ws", constant(0.01)

    @task
    def wait(self):
        self.expect("push", name="push")

class Answering(WebSocketUser):
    host, url, heard = URL, "/ws", 0

    @task
    def stay(self):
        gevent.sleep(0.1)

    def on_message(self, message):
        if message.text == "push":
            assert self.request("from on_message", "re:from", name="inside").text == "re:from on_message"

environment = Environment(user_classes=[Picows, Websockets, Waiting, Answering], events=events)

@events.request.add_listener
def note(name, response_time, exception, **_):
    TIMES.setdefault(name, []).append(response_time if exception is None else str(exception))

runner = environment.create_local_runner()
events.init.fire(environment=environment, runner=runner, web_ui=None)
runner.start(8, spawn_rate=100)

def quit_in_the_end():
    names = ("right", "any", "several", "push", "inside")
    while not holds() or not all(count(name) > 5 for name in names):
        gevent.sleep(0.1)
    runner.quit()

def holds():
    return environment.wswarm_session.conductor.is_holding

def count(name):
    row = environment.stats.entries.get((name, "reply"))
    return row.num_requests if row is not None else 0

gevent.spawn(quit_in_the_end)
runner.greenlet.join()
entries = environment.stats.entries.items()
rows = {name: [row.num_requests, row.num_failures] for (name, kind), row in entries if kind == "reply"}
errors = [error["msg"] for error in runner.exceptions.values()]
seen = {name: sorted(texts) for name, texts in SEEN.items()}
print(json.dumps({"seen": seen, "times": TIMES, "rows": rows, "errors": errors}))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script says at its end, and the runs of its report by class."""
    folder = tmp_path_factory.mktemp("replies")
    (folder / "script.py").write_text(SCRIPT)
    with serve("pushing", push_s=PUSH_MS / 1_000, answer_s=ANSWER_MS / 1_000) as server:
        done = subprocess.run(
            [sys.executable, "script.py", server.url],
            cwd=folder,
            env={**os.environ, "WSWARM_REPORT": "reports", "WSWARM_NO_PLOTS": "true"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found | {"runs": {run.name: run for run in store.load(folder / "reports" / "latest")}}


def test_every_request_gets_its_own_answer_in_the_time_that_the_server_took(said: dict[str, Any]) -> None:
    assert said["errors"] == []
    assert len(said["times"]["right"]) > 1
    assert min(said["times"]["right"]) >= ANSWER_MS - TIMER_MS
    assert min(said["times"]["inside"]) >= ANSWER_MS - TIMER_MS


def test_no_time_is_negative_whatever_came_before_the_send(said: dict[str, Any]) -> None:
    times = [time for times in said["times"].values() for time in times if time is not None]
    assert all(isinstance(time, float | int) and 0 <= time < 5_000 for time in times)


@pytest.mark.parametrize("driver", ["Picows", "Websockets"])
def test_no_script_hears_pings_pongs_or_fragments(said: dict[str, Any], driver: str) -> None:
    assert said["seen"][driver] == ["push", "re:a", "re:b", "re:q", "re:x"]


def test_the_table_and_the_report_count_the_same_replies(said: dict[str, Any]) -> None:
    requests = sum(count for count, _ in said["rows"].values())
    runs = said["runs"].values()
    assert requests == sum(run.messages.owed for run in runs)
    assert said["runs"]["Waiting"].response_time.n == said["rows"]["push"][0] > 1
