"""What a server logs of clients, without their tokens."""

import logging
import re
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from copy import copy
from typing import Any

# Where uvicorn, hypercorn and granian write what they know of requests, at whatever level.
LOGGERS = (
    *("uvicorn.access", "uvicorn.error", "uvicorn.asgi"),
    *("hypercorn.access", "hypercorn.error"),
    *("granian.access", "_granian"),
)
HIDDEN = "…"

_SECRETS = re.compile(r"(?i)(\btoken=|\bsession=|\bbearer\s+)[^\s&;,\"']+")

# uvicorn's words for a WebSocket that was refused with a status of the application's own, which is no error.
_REFUSED = "ASGI callable returned without completing handshake."


class QuietLog(logging.Filter):
    """Hides tokens in what is logged, wherever they stand: in a query, a cookie or a header."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be logged, its tokens hidden."""
        if record.msg == _REFUSED:
            return False
        record.msg = hide(record.msg)
        if isinstance(record.args, MutableMapping):
            record.args = copy(record.args)  # it is somebody's, a scope perhaps
            record.args.update({key: hide(value) for key, value in record.args.items()})
        elif record.args:
            record.args = tuple(map(hide, record.args))
        return True


def hide(value: Any) -> Any:
    """The value; its text without the tokens if it has any."""
    if isinstance(value, int | float | None):
        return value
    text = str(value)
    hidden = _SECRETS.sub(rf"\1{HIDDEN}", text)
    return value if hidden == text else hidden


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
