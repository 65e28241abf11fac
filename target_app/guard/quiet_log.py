"""What a server logs of clients, without their tokens."""

import logging
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any

from starlette.types import Message, Send

from target_app.guard.credentials import COOKIE, PARAMETER

# Where uvicorn, hypercorn and granian write what they know of requests, at whatever level.
LOGGERS = (
    *("uvicorn.access", "uvicorn.error", "uvicorn.asgi"),
    *("hypercorn.access", "hypercorn.error"),
    *("granian.access", "_granian"),
)
HIDDEN = "…"


def _spelled(name: str) -> str:
    """The name in a query, where each letter may be percent-encoded, or in a query within one."""
    letters = "".join(f"(?:{letter}|%{ord(letter):x})" for letter in name)
    return rf"(?:(?<![a-z0-9_])|(?<=%3f)|(?<=%26)){letters}"


_BEFORE = rf"(?:{_spelled(PARAMETER)}|{_spelled(COOKIE)})\s*(?:=|%3d)\s*\"?|\bbearer\s+"
_SECRETS = re.compile(rf"(?i)({_BEFORE})[^\s&;,\"']+")

# uvicorn's words for a handler that did not answer its client, and for one that refused it with a status of its own.
_NO_HANDSHAKE = "ASGI callable returned without completing handshake."
_is_refused = ContextVar("is_refused", default=False)


class QuietLog(logging.Filter):
    """Hides tokens in what is logged, wherever they stand: in a query, a cookie or a header."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be logged, its tokens hidden."""
        if record.msg == _NO_HANDSHAKE and _is_refused.get():
            return False
        record.msg = hide(record.msg)
        if isinstance(record.args, MutableMapping):
            record.args = copy(record.args)  # it is somebody's, a scope perhaps
            record.args.update({key: hide(value) for key, value in record.args.items()})
        elif isinstance(record.args, tuple):
            record.args = _hide_each(record.args)
        return True


def noting_refusals(send: Send) -> Send:
    """The server's ``send`` for a server that calls it an error when a handshake is refused by a status."""

    async def note(message: Message) -> None:
        if message["type"] == "websocket.http.response.start":
            _is_refused.set(True)
        await send(message)

    return note


def hide(value: Any) -> Any:
    """The value; its text without the tokens if it has any."""
    if isinstance(value, int | float | None):
        return value
    text = str(value)
    hidden = _SECRETS.sub(rf"\1{HIDDEN}", text)
    return value if hidden == text else hidden


def _hide_each(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values; of the header ``Authorization`` nothing, whatever is in it."""
    if values and str(values[0]).lower() == "authorization":
        return (values[0], *(HIDDEN for _ in values[1:]))
    return tuple(map(hide, values))


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Servers log no tokens, from ``with`` to its end."""
    quiet = QuietLog()
    for name in LOGGERS:
        logging.getLogger(name).addFilter(quiet)
    try:
        yield
    finally:
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(quiet)
