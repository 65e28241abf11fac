"""The least that a client can do: picows connections that count what they receive, and nothing else.

    python -m benchmarks.yardsticks.counting_loop subscribe URL CONNECTIONS MESSAGES
    python -m benchmarks.yardsticks.counting_loop publish URL RATE MESSAGES SIZE
    python -m benchmarks.yardsticks.counting_loop echo URL CONNECTIONS SECONDS SIZE

`subscribe` prints `ready` when all connections are open and then, after MESSAGES in all, a JSON object with its
CPU seconds per message from the first message to the last. `echo` keeps one message outstanding per connection.
"""

import asyncio
import json
import resource
import sys
import time

import picows
import uvloop


class Counter(picows.WSListener):
    """Counts frames over all connections, and takes the CPU time at the first and the last."""

    received = 0
    expected = 0
    first_cpu_s = 0.0
    done: asyncio.Event

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if Counter.received == 0:
            Counter.first_cpu_s = cpu_s()
        Counter.received += 1
        if Counter.received == Counter.expected:
            Counter.done.set()


class Echo(picows.WSListener):
    """Sends the next message as soon as the last has come back."""

    received = 0
    payload = b""
    is_over = False

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        Echo.received += 1
        if not Echo.is_over:
            transport.send(picows.WSMsgType.TEXT, Echo.payload)


def cpu_s() -> float:
    """Return the CPU seconds of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def connect_all(
    listener: type[picows.WSListener], url: str, connections: int
) -> list[picows.WSTransport]:
    """Return that many open connections."""
    transports = []
    for _ in range(connections):
        transport, _ = await picows.ws_connect(listener, url, read_buffer_init_size=1024)
        transports.append(transport)
    return transports


async def subscribe(url: str, connections: int, messages: int) -> None:
    """Count `messages` messages over all connections."""
    Counter.expected, Counter.done = messages, asyncio.Event()
    transports = await connect_all(Counter, url, connections)
    print("ready", flush=True)
    await Counter.done.wait()
    spent = cpu_s() - Counter.first_cpu_s
    print(json.dumps({"messages": messages, "cpu_s_per_message": spent / messages}), flush=True)
    for transport in transports:
        transport.disconnect(graceful=False)


async def publish(url: str, rate: float, messages: int, size: int) -> None:
    """Send `messages` messages at `rate` per s."""
    (transport,) = await connect_all(picows.WSListener, url, 1)
    begin = time.monotonic()
    for number in range(messages):
        await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
        transport.send(picows.WSMsgType.TEXT, b"x" * size)
    await asyncio.sleep(1)
    transport.disconnect(graceful=False)


async def echo(url: str, connections: int, seconds: float, size: int) -> None:
    """Keep one message outstanding on each connection for `seconds`."""
    Echo.payload = b"x" * size
    transports = await connect_all(Echo, url, connections)
    for transport in transports:
        transport.send(picows.WSMsgType.TEXT, Echo.payload)
    await asyncio.sleep(0.5)
    before, began = Echo.received, cpu_s()
    await asyncio.sleep(seconds)
    messages = Echo.received - before
    print(json.dumps({"messages": messages, "cpu_s_per_message": (cpu_s() - began) / messages}), flush=True)
    Echo.is_over = True
    for transport in transports:
        transport.disconnect(graceful=False)


def main(arguments: list[str]) -> None:
    """Run the mode named first."""
    mode, url, *numbers = arguments
    if mode == "subscribe":
        uvloop.run(subscribe(url, int(numbers[0]), int(numbers[1])))
    elif mode == "publish":
        uvloop.run(publish(url, float(numbers[0]), int(numbers[1]), int(numbers[2])))
    else:
        uvloop.run(echo(url, int(numbers[0]), float(numbers[1]), int(numbers[2])))


if __name__ == "__main__":
    main(sys.argv[1:])
