import asyncio
import logging

import pytest
from starlette.types import Message

from target_app.guard.quiet_log import LOGGERS, noting_refusals, quiet_logs


@pytest.mark.parametrize(
    ("message", "args", "logged"),
    [
        (
            '%s - "%s %s HTTP/%s" %d',
            ("1.2.3.4", "GET", "/a?token=s3cret&q=1", "1.1", 200),
            '1.2.3.4 - "GET /a?token=…&q=1 HTTP/1.1" 200',
        ),
        ("< %s", ("Cookie: a=b; session=s3cret; c=d",), "< Cookie: a=b; session=…; c=d"),
        ("< %s", ("Authorization: Bearer s3cret",), "< Authorization: Bearer …"),
        ("%s %s", (1, {"query": b"token=s3cret"}), "1 {'query': b'token=…'}"),
        ("%(path)s %(status)d", ({"path": "/?Token=s3cret", "status": 101},), "/?Token=… 101"),
        ("GET /?token=s3cret", (), "GET /?token=…"),
        ("< GET %s", ("/?%74o%6Ben=s3cret&q=1",), "< GET /?%74o%6Ben=…&q=1"),
        ("< GET %s", ("/?next=/ws%3Ftoken%3Ds3cret",), "< GET /?next=/ws%3Ftoken%3D…"),
        ("< %s: %s", ("cookie", 'session="s3cret"; a=b'), '< cookie: session="…"; a=b'),
        ("< %s: %s", ("cookie", "a=b;  session = s3cret ;c=d"), "< cookie: a=b;  session = … ;c=d"),
        ("< %s: %s", ("authorization", "s3cret"), "< authorization: …"),
        ("< %s: %s", ("Authorization", "Basic s3cret"), "< Authorization: …"),
        ("< %s: %s", ("host", "session-store"), "< host: session-store"),
        ("%s opened", ("/ws?q=1",), "/ws?q=1 opened"),
    ],
)
@pytest.mark.parametrize("name", ["uvicorn.access", "uvicorn.error", "granian.access"])
def test_tokens_are_hidden_wherever_they_stand(
    name: str, message: str, args: tuple[object, ...], logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger(name)
    logger.addHandler(caplog.handler)
    try:
        with quiet_logs(), caplog.at_level(logging.INFO, name):
            logger.info(message, *args)
    finally:
        logger.removeHandler(caplog.handler)
    assert set(caplog.messages) == {logged}


NO_HANDSHAKE = "ASGI callable returned without completing handshake."


@pytest.mark.parametrize(
    ("sent", "is_logged"),
    [("websocket.http.response.start", False), ("websocket.close", True), (None, True)],
)
def test_only_a_refusal_by_a_status_is_no_error(
    sent: str | None, is_logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def server_sends(_message: Message) -> None:
        pass

    async def connection() -> None:
        send = noting_refusals(server_sends)
        if sent is not None:
            await send({"type": sent})
        logging.getLogger("uvicorn.error").error(NO_HANDSHAKE)

    logger = logging.getLogger("uvicorn.error")
    logger.addHandler(caplog.handler)
    try:
        with quiet_logs():
            asyncio.run(connection())
    finally:
        logger.removeHandler(caplog.handler)
    assert (NO_HANDSHAKE in caplog.messages) is is_logged


def test_it_ends_with_the_application() -> None:
    before = {name: list(logging.getLogger(name).filters) for name in LOGGERS}
    with quiet_logs():
        assert all(logging.getLogger(name).filters != before[name] for name in LOGGERS)
    assert {name: list(logging.getLogger(name).filters) for name in LOGGERS} == before
