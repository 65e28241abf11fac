"""The least that asking costs with asyncio: bare picows, a task and a future per connection, nothing counted.

    python -m benchmarks.yardsticks.asking_tasks URL CONNECTIONS SECONDS

Each task sends a message ten times a second and waits for its reply. Prints a JSON object with the CPU seconds per
request of this process.
"""

import asyncio
import json
import sys
import time

import picows
import uvloop

EACH_S = 0.1


class Asking(picows.WSListener):
    """Asks, and counts replies."""

    replies = 0

    def on_ws_connected(self, transport):
        self.transport = transport
        self.reply = None

    def on_ws_frame(self, _transport, _frame):
        self.replies += 1
        if self.reply is not None:
            self.reply.set_result(None)
            self.reply = None

    async def live(self, offset_s):
        loop = asyncio.get_running_loop()
        await asyncio.sleep(offset_s)
        while True:
            self.reply = reply = loop.create_future()
            self.transport.send(picows.WSMsgType.TEXT, b"hello there")
            await reply
            await asyncio.sleep(EACH_S)


async def main(url, connections, seconds):
    """Ask for so long, and print what it cost."""
    asking: list[Asking] = [(await picows.ws_connect(Asking, url))[1] for _ in range(connections)]
    tasks = [asyncio.create_task(one.live(at * EACH_S / connections)) for at, one in enumerate(asking)]
    await asyncio.sleep(1)
    replies, cpu_s = sum(one.replies for one in asking), time.process_time()
    await asyncio.sleep(seconds)
    replies, cpu_s = sum(one.replies for one in asking) - replies, time.process_time() - cpu_s
    print(json.dumps({"messages": replies, "cpu_s_per_message": cpu_s / replies}), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
