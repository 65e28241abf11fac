"""The same as `plain_requests`, as a script."""


async def session(ws):
    while ws.running:
        await ws.request("hello there", "hello", name="ask")
        await ws.sleep(0.1)
