"""The options of `wswarm ui`."""

from pathlib import Path
from typing import Any

from wswarm.cli import grammar

PORT = 8765


def add_ui(commands: Any) -> None:
    """Add it."""
    parser = commands.add_parser(
        "ui",
        help="look at stored runs in a browser, and start new ones",
        description="Serve a web page of the reports in a folder: list, compare, trends, labels; runs are started,"
        " watched and stopped there. Until Ctrl-C.",
        epilog="Exit codes: 0 ended by Ctrl-C; 1 there is no such folder, or the port is taken; 2 usage.",
    )
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", type=Path, default=Path("reports"), help="(default: reports)"
    )
    add = parser.add_argument
    port = f"port, 0: a free one (default: {PORT})"
    add("--port", metavar="P", type=grammar.whole(0, 65_535), default=PORT, help=port)
    host = (
        "address to listen on; others than this machine need the token that is printed (default: 127.0.0.1)"
    )
    add("--host", metavar="H", default="127.0.0.1", help=host)
    add("--no-open", action="store_true", help="open no browser")
