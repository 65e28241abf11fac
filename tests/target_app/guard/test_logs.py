"""Tokens stay out of the logs, whatever serves the application and however much it logs."""

import os
from functools import partial

import pytest

from tests.end_to_end.instrument import together
from tests.target_app.guard.strict import ALICE, TOLD
from tests.target_app.server import FRAMING, Server, receive

UVICORN = ("--log-level", "trace", "--access-log", "--ws")
SERVERS = {
    "framing": ("uvicorn", *UVICORN, FRAMING),
    "sansio": ("uvicorn", *UVICORN, "websockets-sansio"),
    "websockets": ("uvicorn", *UVICORN, "websockets"),
    "wsproto": ("uvicorn", *UVICORN, "wsproto"),
    "hypercorn": (
        "hypercorn",
        "--access-logfile",
        "-",
        "--access-logformat",
        "%(R)s %({cookie}i)s",
        "--log-level",
        "debug",
    ),
    "granian": (
        "granian",
        "--access-log",
        "--access-log-fmt",
        "%(path)s?%(query_string)s",
        "--log-level",
        "debug",
    ),
}
WRONG = "s3cret-of-nobody"


def bring(server: Server) -> None:
    """Bring tokens that are right in all ways, and such that are not."""
    with server.connect(f"/ws?token={ALICE}&q=1") as client:
        client.send("hi")
        receive(client)
    for header in ({"Authorization": f"Bearer {ALICE}"}, {"Cookie": f"session={ALICE}"}):
        with server.connect("/ws?q=1", additional_headers=header) as client:
            client.send("hi")
            receive(client)
    for path in (f"/ws?token={WRONG}", f"/ws/abc?token={ALICE}"):
        server.refusal(path)
    for token in (WRONG, ALICE):
        server.get(f"/stats?token={token}")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each server logged of tokens that were right, wrong, and brought in all ways."""

    folder = tmp_path_factory.mktemp("logs")

    def log(name: str) -> str:
        program, *options = SERVERS[name]
        env = {**os.environ, **TOLD, "PYTHONUNBUFFERED": "1"}
        server = Server("target_app.main:app", folder / name, env, *options, program=program)
        try:
            bring(server)
        finally:
            server.stop()
        return server.log()

    return dict(zip(SERVERS, together(*(partial(log, name) for name in SERVERS)), strict=True))


@pytest.mark.parametrize("name", SERVERS)
def test_no_token_is_logged_and_no_refusal_is_an_error(name: str, logs: dict[str, str]) -> None:
    assert "s3cret" not in logs[name]
    assert "Traceback" not in logs[name]
    assert "ERROR" not in logs[name]
    assert "/ws" in logs[name]
