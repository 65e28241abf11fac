"""What Locust's own documentation teaches works beside our users: several habits in each process."""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.end_to_end.servers import serve
from tests.locust.harness import forking, locust
from wswarm.drive.host.ports import free_ports
from wswarm.results.run import Run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("habits of Locust")]

HABITS = """
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from locust import HttpUser, SequentialTaskSet, constant, events, tag, task
from wswarm.locust import WebSocketUser

class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        with suppress(ConnectionError):  # the test has ended, and nobody waits for it
            self.wfile.write(b"hello")

    def log_message(self, *_):
        pass

@events.init_command_line_parser.add_listener
def add_option(parser):
    parser.add_argument("--token", default="none")

@events.init.add_listener
def note_init(environment, **_):
    print("EVENT init", environment.parsed_options.token)
    site = HTTPServer(("127.0.0.1", 0), Hello)
    Site.host = f"http://127.0.0.1:{site.server_port}"
    threading.Thread(target=site.serve_forever, daemon=True).start()

@events.test_start.add_listener
def note_start(environment, **_):
    print("EVENT test_start")

@events.spawning_complete.add_listener
def note_spawned(user_count, **_):
    print("EVENT spawning_complete", user_count)

@events.test_stop.add_listener
def note_stop(environment, **_):
    print("EVENT test_stop")

@events.quitting.add_listener
def note_quitting(environment, **_):
    print("EVENT quitting", environment.stats.total.num_failures)
    environment.process_exit_code = 23

class Site(HttpUser):
    wait_time = constant(0.2)

    @tag("plain")
    @task
    def look(self):
        self.client.get("/")

    @tag("never")
    @task
    def never(self):
        print("its tag is excluded")

class Talk(SequentialTaskSet):
    @task
    def say(self):
        self.user.request(b"\\xff\\x00", lambda reply: reply.data == b"\\xff\\x00", name="bytes")

    @task
    def ask(self):
        assert self.user.request("text", "text", name="text").text == "text"
"""
OURS = """
from habits import *
from wswarm.locust import WebSocketUser

class Member(WebSocketUser):
    url, wait_time = "{url}", constant(0.1)
    settings = {{"on_open": (b"\\x00open",)}}
    tasks = [Talk]
"""
ALSO = """
from locust import task
from wswarm.locust import WebSocketUser

class Slow(WebSocketUser):
    url = "{url}"

    @task
    def ask(self):
        self.request("q", name="slow")

class SentOn(WebSocketUser):
    scenario, url, rate_per_user = "echo", "{sends_on}2", 10
    settings = {{"follow": True}}
"""


class Seen(NamedTuple):
    """What Locust said, how it exited, its runs, what the server heard first of a user, what was asked for where."""

    said: str
    code: int
    runs: dict[str, Run]
    heard: list[object]
    paths: dict[str, int]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("habits")
    (folder / "habits.py").write_text(HABITS)
    with (
        serve("headers_echo", keep=4) as echo,
        serve("fixed_delay", delay=0.6) as slow,
        serve("redirecting") as sends_on,
    ):
        (folder / "ours.py").write_text(OURS.format(url=echo.url))
        (folder / "also.py").write_text(ALSO.format(url=slow.url, sends_on=sends_on.url))
        options = ("--headless", "--ws-no-plots", "-u", "8", "-r", "100", "--ws-hold", "2s")
        files = ("-f", "ours.py,also.py", "--token", "mine", "--exclude-tags", "never")
        with locust(folder, *files, *options) as one:
            code = one.ended()
            runs, said = one.runs(), one.text()
    return Seen(said, code, runs, echo.log()["requests"][0]["messages"], sends_on.log()["paths"])


def test_events_are_heard_in_their_order_and_the_exit_code_of_quitting_stands(seen: Seen) -> None:
    events = [line.removeprefix("EVENT ") for line in seen.said.splitlines() if line.startswith("EVENT")]
    assert events == ["init mine", "test_start", "spawning_complete 8", "test_stop", "quitting 0"]
    assert seen.code == 23


def test_other_users_and_several_files_and_tags_stand_beside_ours(seen: Seen) -> None:
    assert [(name, run.connections.opened) for name, run in sorted(seen.runs.items())] == [
        ("Member", 2),
        ("SentOn", 2),
        ("Slow", 2),
    ]
    assert "GET      /" in seen.said
    assert "its tag is excluded" not in seen.said
    assert "Traceback" not in seen.said


def test_bytes_go_out_as_binary_frames_and_text_as_text(seen: Seen) -> None:
    assert seen.heard == [{"hex": "006f70656e"}, {"hex": "ff00"}, "text", {"hex": "ff00"}]


def test_a_class_follows_where_its_handshakes_are_sent(seen: Seen) -> None:
    assert seen.paths == {"/2": 2, "/1": 2, "/0": 2}


@pytest.mark.parametrize("name", ["Member", "SentOn", "Slow"])
def test_what_was_asked_in_the_hold_is_owed_and_waited_for_at_its_end(seen: Seen, name: str) -> None:
    messages = seen.runs[name].messages
    assert messages is not None
    assert messages.sent == messages.owed == messages.received > 0


TWO = """
from locust import constant, task
from wswarm.locust import WebSocketUser

class Member(WebSocketUser):
    url, wait_time = "{url}", constant(0.1)

    @task
    def ask(self):
        self.request("hello", "hello", name="hello")
"""


def test_two_workers_and_the_report_count_the_same_replies(tmp_path: Path) -> None:
    with serve("headers_echo") as server:
        (tmp_path / "two.py").write_text(TWO.format(url=server.url))
        options = ("--headless", "--only-summary", "--ws-no-plots", "-u", "4", "-r", "100", "--ws-hold", "2s")
        with locust(tmp_path, "-f", "two.py", *options, *forking(2)) as one:
            code = one.ended()
            run, said = one.runs()["Member"], one.text()
    assert code in (0, 98), said
    assert run.messages is not None
    assert run.messages.sent == run.messages.owed == run.messages.received > 0
    (row,) = [line.split() for line in said.splitlines() if line.startswith("reply    hello")][:1]
    assert int(row[2]) == run.messages.received


AGAIN = """
import gevent, sys
from locust import constant, task
from locust.env import Environment
from locust.exception import StopUser
from wswarm.locust import WebSocketUser

IDS = set()

class Again(WebSocketUser):
    host, wait_time = sys.argv[1], constant(0.05)

    @task
    def ask(self):
        try:
            self.request("hello", "hello")
        except StopUser:
            self.connect()
        IDS.add(self.connection_id)

environment = Environment(user_classes=[Again])
runner = environment.create_local_runner()

def quit_in_the_end():
    while len(IDS) < 3:
        gevent.sleep(0.05)
    runner.quit()

gevent.spawn(quit_in_the_end)
runner.start(1, spawn_rate=1)
runner.greenlet.join()
print("IDS", len(IDS))
"""


def run_script(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(text)
    command = [sys.executable, "script.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_a_user_hears_of_a_lost_connection_and_may_open_another(tmp_path: Path) -> None:
    ends = [[2, 4401, "token expired"]]
    with serve("parting", ends=ends, after=0.3) as server:
        done = run_script(tmp_path, AGAIN, server.url)
    assert "IDS 3" in done.stdout, done.stderr
    assert "unasked" not in done.stdout


SINGLE = """
import sys
from locust import run_single_user, task
from wswarm.locust import WebSocketUser

class Asks(WebSocketUser):
    host = sys.argv.pop()

    @task
    def ask(self):
        self.request("hello")

run_single_user(Asks)
"""


def test_a_single_user_at_a_dead_port_says_so_in_one_line_and_ends(tmp_path: Path) -> None:
    done = run_script(tmp_path, SINGLE, f"ws://127.0.0.1:{free_ports(1)[0]}")
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if "ERROR" in line]
    assert "Asks: every handshake failed: refused (1)" in line
    assert "start the service or correct the port" in line
    assert "Traceback" not in done.stderr
