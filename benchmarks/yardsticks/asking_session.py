"""The same as `plain_requests`, as a script."""

import os

EACH_S = float(os.environ.get("ASKING_EACH_S", "0.1"))


async def session(ws):
    while ws.running:
        await ws.request("hello there", "hello", name="ask")
        if EACH_S:
            await ws.sleep(EACH_S)
