"""Publishes for `plain_locust`: JSON messages with the time when each was sent.

python -m benchmarks.yardsticks.json_publisher URL RATE MESSAGES
"""

import json
import sys
import time

import websocket


def publish(url: str, rate: float, messages: int) -> None:
    """Send `messages` messages at `rate` per s."""
    connection = websocket.create_connection(url)
    began = time.monotonic()
    for number in range(messages):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        connection.send(json.dumps({"number": number, "sent_ns": time.monotonic_ns()}))
    time.sleep(1)
    connection.close()


if __name__ == "__main__":
    publish(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
