"""What a Locust user can do without wswarm: websocket-client in a greenlet, and Locust's event per message.

    locust -f benchmarks/yardsticks/plain_locust.py --headless -u CONNECTIONS -r CONNECTIONS -t 60s \
        --host ws://127.0.0.1:8000 --messages MESSAGES

Each message has to be JSON with `sent_ns`, CLOCK_MONOTONIC. Prints `ready` when all connections are open and then,
after MESSAGES in all, a JSON object with the CPU seconds per message of this process from the first message to the
last; then it quits.
"""

import json
import resource
import time

import gevent
import websocket
from locust import User, events, task


class Counted:
    """Messages of all users so far."""

    received = 0
    opened = 0
    first_cpu_s = 0.0


@events.init_command_line_parser.add_listener
def add_options(parser, **_):
    parser.add_argument("--messages", type=int, required=True)


class PlainUser(User):
    """Receives as long as it is let, and fires `request` with the delivery time of each message."""

    def on_start(self):
        self.socket = websocket.create_connection(self.host)
        Counted.opened += 1
        if Counted.opened == self.environment.parsed_options.num_users:
            print("ready", flush=True)

    def on_stop(self):
        self.socket.close()

    @task
    def receive(self):
        messages = self.environment.parsed_options.messages
        while True:
            self.on_message(self.socket.recv())
            Counted.received += 1
            if Counted.received == 1:
                Counted.first_cpu_s = cpu_s()
            elif Counted.received == messages:
                spent = (cpu_s() - Counted.first_cpu_s) / (messages - 1)
                print(json.dumps({"messages": messages, "cpu_s_per_message": spent}), flush=True)
                gevent.spawn(self.environment.runner.quit)

    def on_message(self, message):
        sent_ns = json.loads(message)["sent_ns"]
        self.environment.events.request.fire(
            request_type="deliver",
            name="broadcast",
            response_time=(time.monotonic_ns() - sent_ns) / 1e6,
            response_length=len(message),
            exception=None,
            context=self.context(),
        )


def cpu_s() -> float:
    """Return the CPU seconds of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
