"""Suites of a user of the fixtures: a tiny FastAPI application and the strictest settings that pytest has."""

import pytest

SERVICE = """
import os
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
rooms = set()


@app.get("/environment/{name}")
def environment(name: str):
    return os.environ.get(name)


@app.websocket("/ws")
async def echo(socket: WebSocket):
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


@app.websocket("/chat")
async def chat(socket: WebSocket):
    await socket.accept()
    rooms.add(socket)
    try:
        while True:
            text = await socket.receive_text()
            for other in list(rooms):
                if other is not socket:
                    await other.send_text(text)
    except WebSocketDisconnect:
        rooms.discard(socket)


@app.websocket("/loud")
async def loud(socket: WebSocket):
    await socket.accept()
    print("somebody came in", flush=True)
    await socket.close()


@app.websocket("/fatal")
async def fatal(socket: WebSocket):
    await socket.accept()
    await socket.receive_text()
    os._exit(3)


def factory():
    return app
"""

BRIEF = "dict(connections=4, rate=100, duration=0.5, warmup=0.1, connect_rate=1000)"


def suite(pytester: pytest.Pytester, tests: str, *, ini: str = "", conftest: str = "") -> None:
    """Write a suite with the service beside it."""
    pytester.makepyfile(service=SERVICE, test_service=f"BRIEF = {BRIEF}\n{tests}")
    pytester.makeini(
        f"[pytest]\nfilterwarnings = error\naddopts = --strict-markers --strict-config -p no:cacheprovider\n{ini}"
    )
    if conftest:
        pytester.makeconftest(conftest)


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the suite in a process of its own."""
    return pytester.runpytest_subprocess(*arguments, timeout=120)
