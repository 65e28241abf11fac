"""What a Locust user that asks and waits costs without wswarm: websocket-client in a greenlet, an event per reply.

    locust -f benchmarks/yardsticks/plain_requests.py --headless -u CONNECTIONS -r CONNECTIONS -t 60s \
        --host ws://127.0.0.1:8000 --messages MESSAGES

Each user sends a message ten times a second (or each ASKING_EACH_S) and waits for its reply. Once all have opened,
prints after MESSAGES replies in all a JSON object with the CPU seconds per request of this process; then it quits.
"""

import json
import os
import resource
import time

import gevent
import websocket
from locust import User, constant_pacing, events, task

EACH_S = float(os.environ.get("ASKING_EACH_S", "0.1"))


class Counted:
    """Replies of all users since all were there."""

    opened = replies = 0
    first_cpu_s = 0.0


@events.init_command_line_parser.add_listener
def add_options(parser, **_):
    parser.add_argument("--messages", type=int, required=True)


class AskingUser(User):
    """Asks, and fires `request` with the time until the reply."""

    def on_start(self):
        self.socket = websocket.create_connection(self.host)
        Counted.opened += 1

    def on_stop(self):
        self.socket.close()

    wait_time = constant_pacing(EACH_S)

    @task
    def ask(self):
        begun_ns = time.monotonic_ns()
        self.socket.send("hello there")
        reply = self.socket.recv()
        self.environment.events.request.fire(
            request_type="ask",
            name="ask",
            response_time=(time.monotonic_ns() - begun_ns) / 1e6,
            response_length=len(reply),
            exception=None if "hello" in reply else AssertionError(reply),
            context=self.context(),
        )
        self.count()

    def count(self):
        options = self.environment.parsed_options
        if Counted.opened < options.num_users:
            return
        Counted.replies += 1
        if Counted.replies == 1:
            Counted.first_cpu_s = cpu_s()
        elif Counted.replies == options.messages:
            spent = (cpu_s() - Counted.first_cpu_s) / (options.messages - 1)
            print(json.dumps({"messages": options.messages, "cpu_s_per_message": spent}), flush=True)
            gevent.spawn(self.environment.runner.quit)


def cpu_s() -> float:
    """Return the CPU seconds of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
