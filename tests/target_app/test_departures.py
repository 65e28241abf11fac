"""Which tracebacks of the documented examples only say that a client had left."""

import logging

import pytest
from starlette.websockets import WebSocketDisconnect

from target_app import workers
from target_app.departures import Departures, configure


def record(error: BaseException | None) -> logging.LogRecord:
    """What uvicorn logs of a handler that ended with an error."""
    told = None if error is None else (type(error), error, None)
    return logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "Exception in ASGI application", (), told)


@pytest.mark.parametrize(
    ("error", "is_logged"),
    [
        (WebSocketDisconnect(1006), False),
        (RuntimeError('Cannot call "send" once a close message has been sent.'), False),
        (RuntimeError('WebSocket is not connected. Need to call "accept" first.'), False),
        (RuntimeError("the event loop is closed"), True),
        (ValueError("list.remove(x): x not in list"), True),
        (KeyError("text"), True),
        (None, True),
    ],
)
def test_what_a_client_s_leaving_raises_is_counted_and_anything_else_is_logged(
    error: BaseException | None, is_logged: bool
) -> None:
    departures = Departures()
    assert departures.filter(record(error)) == is_logged
    assert departures.count == int(not is_logged)


@pytest.mark.parametrize(
    ("app", "settings", "is_counted"),
    [
        ("target_app.documented.chat:app", {}, True),
        ("target_app.documented.echo:app", {"log_level": "info"}, True),
        ("target_app.documented.chat:app", {"tracebacks": True}, False),
        ("target_app.documented.chat:app", {"log_level": "debug"}, False),
        ("target_app.main:app", {}, False),
    ],
)
def test_only_documented_examples_are_kept_quiet_and_only_unless_asked(
    app: str, settings: dict[str, object], is_counted: bool
) -> None:
    config, departures = configure({"app": app, "log_config": None, **settings})
    assert config.app == app
    assert (departures is not None) == is_counted


def test_uvicorn_believes_no_proxy_as_that_is_the_applications_to_say() -> None:
    settings, _ = workers._parse(["target_app.main:app"])
    config, _ = configure(settings)
    assert not config.proxy_headers
