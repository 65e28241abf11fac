"""The options of `wswarm serve`."""

from typing import Any

from wswarm.cli import grammar
from wswarm.reference import APPS, GUARDS

_UVICORN = {
    "ws": ("framing", "websockets-sansio", "websockets", "wsproto", "auto"),
    "loop": ("uvloop", "asyncio", "auto"),
    "http": ("httptools", "h11", "auto"),
    "log-level": ("warning", "critical", "error", "info", "debug", "trace"),
}
MOST_WORKERS = 64


def add_serve(commands: Any) -> None:
    """Add it."""
    parser = commands.add_parser(
        "serve",
        help="serve the reference application",
        description="Serve the reference FastAPI application with uvicorn until Ctrl-C.",
    )
    add = parser.add_argument
    add("--app", metavar="NAME", default="main", help=f"{', '.join(APPS)} (default: main)")
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    add("--port", metavar="N", type=grammar.whole(1, 65_535), default=8000, help="port (default: 8000)")
    workers = grammar.whole(1, MOST_WORKERS)
    add("--workers", metavar="N", type=workers, default=1, help="worker processes (default: 1)")
    backplane = (
        "carries the chat to all workers: redis://…, postgresql://… (default: each has a chat of its own)"
    )
    add("--backplane", metavar="URL", help=backplane)
    guard = "(default: default); strict asks for tokens, those of TARGET_TOKENS, and has caps and a rate"
    add("--guard", metavar="NAME", choices=GUARDS, help=f"{', '.join(GUARDS)} {guard}")
    add("--cert", metavar="FILE", help="speak TLS with this certificate and its chain, PEM")
    add("--key", metavar="FILE", help="its key, PEM (default: in the file of --cert)")
    tracebacks = "of the documented examples when a client has left (default: they are counted)"
    add("--tracebacks", action="store_true", help=tracebacks)
    uvicorn = parser.add_argument_group("uvicorn's own options")
    for name, choices in _UVICORN.items():
        text = f"{', '.join(choices)} (default: {choices[0]})"
        uvicorn.add_argument(f"--{name}", metavar="NAME", choices=choices, default=choices[0], help=text)
    uvicorn.add_argument("--deflate", action="store_true", help="permessage-deflate (default: off)")
