"""The options of `wswarm storm`."""

from typing import Any

from wswarm.cli import grammar
from wswarm.cli.load_arguments import add_common, add_load
from wswarm.cli.recordings_arguments import EXITS
from wswarm.cli.serve_arguments import MOST_WORKERS


def add_storm(commands: Any) -> None:
    """Add `storm`, with the options that all measurements have."""
    parser = commands.add_parser(
        "storm",
        help="drop connections at once, and see how they come back",
        description="Publish to subscribers, drop a share of them at once, and have each come back as its library"
        " would: how long until its next message, how many attempts, and what it does to those who stayed.",
        epilog=f"{grammar.UNITS} {EXITS}",
    )
    url = "ws://host:port/path or wss://…; may hold {id} (default: the reference application)"
    parser.add_argument("url", metavar="URL", nargs="?", type=grammar.address, help=url)
    load = add_load(parser, "100", "20/s", duration=None, is_in_rooms=False)
    add = load.add_argument
    share = "how many are dropped, spread over the order of connecting (default: 50%%; a restart drops all)"
    add("--drop", metavar="SHARE", type=grammar.share, help=share)
    how = (
        "by a reset, by a close frame, by silence (the old socket stays open and unread), or by a restart of the"
        " target, which wswarm must have started (default: reset)"
    )
    add("--how", choices=("reset", "close", "silent", "restart"), help=how)
    policy = (
        "when each tries again: immediate, fixed:D, full:BASE,CAP, equal:BASE,CAP, decorrelated:BASE,CAP; or as a"
        " library does: socketio, phoenix, signalr, centrifuge, websockets, graphql-ws, reconnecting-websocket"
        " (default: full:1s,30s)"
    )
    add("--reconnect", metavar="POLICY", help=policy)
    add("--before", metavar="TIME", type=grammar.duration, help="load before the drop (default: 10s)")
    patience = "until who is not back by then is given up (default: 60s)"
    add("--patience", metavar="TIME", type=grammar.duration, help=patience)
    after = "load after all are back, or given up (default: 10s)"
    add("--after", metavar="TIME", type=grammar.duration, help=after)
    workers = "of the reference application, over the backplane of TARGET_BACKPLANE (default: 1)"
    add("--workers", metavar="N", type=grammar.whole(1, MOST_WORKERS), help=workers)
    add("--signal", choices=("TERM", "KILL"), help="what a target is restarted by (default: TERM)")
    grammar.add_publishers(load)
    grammar.add_message(parser)
    grammar.add_publish(parser)
    add_common(parser)
