import logging

import pytest

from target_app.guard.quiet_log import LOGGERS, quiet_logs


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


def test_it_ends_with_the_application() -> None:
    before = {name: list(logging.getLogger(name).filters) for name in LOGGERS}
    with quiet_logs():
        assert all(logging.getLogger(name).filters != before[name] for name in LOGGERS)
    assert {name: list(logging.getLogger(name).filters) for name in LOGGERS} == before
