"""Suites of a user of the fixtures: a tiny application, and the strictest settings that pytest has.

It is one of Starlette, as FastAPI takes twice as long to start; `FASTAPI` is the same in that.
"""

import os
import subprocess
import time

import pytest

from tests.nursery import Forked

SERVICE = """
import os
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

rooms = set()


async def environment(request):
    return JSONResponse(os.environ.get(request.path_params["name"]))


async def echo(socket):
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


async def binary(socket):
    await socket.accept()
    try:
        while True:
            await socket.send_bytes(await socket.receive_bytes())
    except WebSocketDisconnect:
        pass


async def chat(socket):
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


async def publish(request):
    text = (await request.body()).decode()
    for listener in list(rooms):
        await listener.send_text(text)
    return JSONResponse({"taken": True}, 202)


async def loud(socket):
    await socket.accept()
    print("somebody came in", flush=True)
    await socket.close()


async def fatal(socket):
    await socket.accept()
    await socket.receive_text()
    os._exit(3)


sockets = {"/ws": echo, "/bytes": binary, "/chat": chat, "/loud": loud, "/fatal": fatal}
routes = [WebSocketRoute(path, endpoint) for path, endpoint in sockets.items()]
routes += [Route("/environment/{name}", environment), Route("/publish", publish, methods=["POST"])]
app = Starlette(routes=routes)


def factory():
    return app
"""
FASTAPI = SERVICE.replace(
    "from starlette.applications import Starlette", "from fastapi import FastAPI as Starlette"
)

BRIEF = "dict(connections=4, rate=100, duration=0.5, warmup=0.1, connect_rate=1000)"


def suite(
    pytester: pytest.Pytester, tests: str, *, ini: str = "", conftest: str = "", service: str = SERVICE
) -> None:
    """Write a suite with the service beside it."""
    pytester.makepyfile(service=service, test_service=f"BRIEF = {BRIEF}\n{tests}")
    pytester.makeini(
        f"[pytest]\nfilterwarnings = error\naddopts = --strict-markers --strict-config -p no:cacheprovider\n{ini}"
    )
    if conftest:
        pytester.makeconftest(conftest)


def run(pytester: pytest.Pytester, *arguments: str, autoload: bool = False) -> pytest.RunResult:
    """Run the suite in a process of its own.

    Args:
        autoload: With the plugins of all that is installed, ours among them; they take longer than most suites.
    """
    if autoload:
        return pytester.runpytest_subprocess("-p", "no:hypothesispytest", *arguments, timeout=240)
    began = time.monotonic()
    out, err = pytester.path / "stdout", pytester.path / "stderr"
    with out.open("wb") as out_file, err.open("wb") as err_file:
        process = Forked(
            "pytest",
            *(f"--basetemp={pytester.path / 'runpytest-0'}", "-p", "wswarm.testing.plugin", *arguments),
            cwd=pytester.path,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdin=subprocess.DEVNULL,
            stdout=out_file,
            stderr=err_file,
            nursery="pytest",
            forks_agents=True,
        )
    code = process.wait(240)
    told, warned = (file.read_text(encoding="utf-8").splitlines() for file in (out, err))
    return pytest.RunResult(code, told, warned, time.monotonic() - began)
