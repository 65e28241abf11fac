"""What can be served of the reference application, and how."""

from typing import NamedTuple

APPS = ("main", "documented.echo", "documented.items", "documented.chat")
GUARDS = ("default", "strict")
HOST = "127.0.0.1"


class ServerOptions(NamedTuple):
    """How uvicorn serves the reference application."""

    app: str = "main"
    host: str = HOST
    port: int = 8000
    workers: int = 1
    ws: str = "framing"
    loop: str = "uvloop"
    http: str = "httptools"
    deflate: bool = False
    log_level: str = "warning"
    backplane: str | None = None
    guard: str | None = None
    tracebacks: bool = False
    cert: str | None = None
    key: str | None = None
