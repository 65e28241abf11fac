"""Values and options that several commands have in common."""

import argparse
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from wswarm import bounded, units
from wswarm.errors import PlanError
from wswarm.experiment.secret_file import headers_in
from wswarm.load.template import Binary, as_text, check_utf8
from wswarm.load.template import hints as hints
from wswarm.load.url import as_websocket

_HEADERS = {
    "headers": "--header",
    "publisher_headers": "--publisher-header",
    "publish_headers": "--publish-header",
}
UNITS = "Durations: 250ms 10s 1m30s. Counts: 10k 1m. Rates: 500/s 2k/s 30/m. Sizes: 512 16k 64KiB."


def typed(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a parser of option values whose errors argparse reports with the option's name."""

    def convert(text: str) -> Any:
        try:
            return parse(text)
        except PlanError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


def whole(low: int, high: int) -> Callable[[str], Any]:
    """Return a parser of whole numbers from `low` to `high`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,19}", text) or not low <= int(text) <= high:
            raise PlanError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return typed(parse)


def folder(text: str) -> Path:
    """Return the folder of that name.

    Raises:
        PlanError: it is empty.
    """
    if not text:
        raise PlanError("'' names no folder: write -o DIR")
    return Path(text)


def wholes(low: int, high: int) -> Callable[[str], Any]:
    """Return a parser of lists of whole numbers from `low` to `high`, such as `1,2`."""
    one = whole(low, high)
    return lambda text: tuple(map(one, text.split(",")))


def between(parse: Callable[[str], float]) -> Callable[[str], Any]:
    """Return a parser of the lowest and the highest value, such as `50,1k`; of one value alone it is both."""

    def convert(text: str) -> tuple[float, float]:
        low, *high = text.split(",")
        if len(high) > 1:
            raise PlanError(f"{text!r} has more than two values: write LOW,HIGH")
        return parse(low), parse(high[0] if high else low)

    return typed(convert)


address = as_websocket
count, duration = typed(units.parse_count), typed(units.parse_duration)
rate, size, share = typed(units.parse_rate), typed(units.parse_size), typed(units.parse_share)
stages = typed(partial(units.parse_stages, parse_value=units.parse_rate))
stages_of_connections = typed(partial(units.parse_stages, parse_value=units.parse_count))


def messages(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings of a plan in which messages are as a plan keeps them, those of files among them, so headers.

    Raises:
        PlanError: a message can't be, or is given twice; a file can't be read.
    """
    settings: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in given.items() if one is not None
    }
    for name, option in _HEADERS.items():
        if name in settings:
            settings[name] = tuple(one for entry in settings[name] for one in _headers(entry, option))
    path: str | None = settings.pop("message_file", None)
    if path is not None:
        if "text" in settings or "json" in settings:
            raise PlanError("--message-file, --text and --json all give the message: use one")
        content = _content(path)
        if not settings.get("binary"):
            check_utf8(content, f"--message-file {path}:", "add --binary")
        settings = {"binary": False} | settings | {"text": content}
    return as_text(settings)


def _headers(entry: str, option: str) -> list[str]:
    return headers_in(entry[1:], option) if entry.startswith("@") else [entry]


def _content(path: str) -> bytes:
    try:
        return bounded.read(
            path, bounded.MESSAGE, f"--message-file {path!r}", "the drivers take no larger message"
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise PlanError(
            f"--message-file {path!r} can't be read: {why}; name a file with the message"
        ) from None


def add_message(parser: argparse.ArgumentParser, *, has_size: bool = True) -> None:
    """Add what the messages are; `has_size`: with one size for all of them."""
    message = parser.add_argument_group(
        "message",
        "{marker} is the message's mark, {marker:int} one that is a number (echo), {id} the connection's number,"
        " {room} its room",
    )
    add = message.add_argument
    add("--text", metavar="T", help="template (default: {marker} alone)")
    add("--json", metavar="T", help='JSON template, such as {"type":"say","text":"{marker}"}')
    file = "template in a file, byte by byte as it is there"
    add("--message-file", metavar="PATH", help=file)
    if has_size:
        add("--size", metavar="BYTES", type=size, help="pad to this size (default: no padding)")
    add("--binary", action="store_true", default=None, help="send binary frames (default: text)")


class AddStep(argparse.Action):
    """Adds a step to the conversation, in the order in which the options stand."""

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        found: argparse.Namespace,
        value: Any,
        option: str | None = None,
    ) -> None:
        """Add it."""
        kind = (option or "").lstrip("-").removeprefix("publisher-")
        setattr(found, self.dest, [*(getattr(found, self.dest, None) or ()), (kind, value)])


def add_conversation(parser: argparse.ArgumentParser) -> None:
    """Add what is said and waited for before the load."""
    about = (
        "before the load, in the order given: a connection is ready when all is done; {id}, {room}, {column}, {NAME}"
        " and ${VARIABLE} stand for their values in URL, headers, cookies and messages"
    )
    add = parser.add_argument_group("conversation", about).add_argument
    steps: dict[str, Any] = {"dest": "steps", "action": AddStep}
    add("--say", metavar="MESSAGE", help="send it; repeatable, as are the next three", **steps)
    add("--say-binary", metavar="MESSAGE", help="the same as a binary frame", **steps)
    pattern = "wait for a message that holds text, matches /regex/, or contains {JSON}"
    add("--expect", metavar="PATTERN", help=pattern, **steps)
    value = "$.json.path or a regex with one group, out of the message that was expected"
    add("--take", metavar="NAME=WHERE", help=value, **steps)
    add("--refuse", metavar="PATTERN", action="append", help="a message that means no; repeatable")
    data = "CSV: the first line names columns, each further one is a connection's"
    add("--data", metavar="FILE", help=data)


def add_protocol(parser: argparse.ArgumentParser) -> None:
    """Add which protocol is spoken."""
    about = (
        "wswarm profiles lists the protocols with what each needs; --text or --json is then the message in it"
    )
    add = parser.add_argument_group("protocol", about).add_argument
    add("--profile", metavar="NAME", help="protocol to speak (default: what the other options say)")
    add("--topic", metavar="T", help="what to subscribe to")
    add("--event", metavar="E", help="what to publish")
    add("--set", metavar="NAME=VALUE", action="append", help="another setting of the profile; repeatable")


def add_connection(parser: argparse.ArgumentParser) -> None:
    """Add how the connections are made, but for TLS."""
    add_protocol(parser)
    add_conversation(parser)
    group = parser.add_argument_group(
        "connection", "{id} and {room} work in URL, headers, cookies and --on-open"
    )
    add = group.add_argument
    add("--on-open", metavar="MESSAGE", action="append", help="send when open; repeatable")
    binary = "the same as a binary frame; both in their order"
    add("--on-open-binary", metavar="MESSAGE", dest="on_open", type=Binary, action="append", help=binary)
    escapes = r"\0 \xNN \n \r \t \uXXXX \\ in --text, --on-open, --say and their -binary"
    add("--escape", action="store_true", default=None, help=escapes)
    header = "header of the handshake, or a file with some, as in @FILE; repeatable"
    add("-H", "--header", dest="headers", metavar="'NAME: VALUE'", action="append", help=header)
    add("--cookie", dest="cookies", metavar="NAME=VALUE", action="append", help="cookie; repeatable")
    subprotocol = "subprotocol to offer; repeatable"
    add("--subprotocol", dest="subprotocols", metavar="NAME", action="append", help=subprotocol)
    add("--bind", metavar="ADDR", action="append", help="local address, taken in turn; repeatable")
    ping = "ping each connection so often, and time the pongs (default: never)"
    add("--ping", metavar="TIME", type=duration, help=ping)
    drivers = "WebSocket implementation (default: picows)"
    follow = "go where a redirect of the handshake leads (default: count it as a failure)"
    add("--follow", action="store_true", default=None, help=follow)
    add("--driver", choices=("picows", "websockets"), help=drivers)
    deflate = "offer permessage-deflate (--driver websockets)"
    add("--deflate", action="store_true", default=None, help=deflate)


def add_publishers(group: Any) -> None:
    """Add what is said of publishers alone."""
    add = group.add_argument
    url = "fanout: address that publishers connect to (default: URL)"
    add("--publisher-url", metavar="URL", type=address, help=url)
    header: dict[str, Any] = {"dest": "publisher_headers", "metavar": "'NAME: VALUE'", "action": "append"}
    add(
        "--publisher-header",
        help="header of their handshakes, in place of -H of that name; repeatable",
        **header,
    )
    steps: dict[str, Any] = {"dest": "publisher_steps", "action": AddStep}
    said = "their conversation before the load, in place of --say, --expect, --take and --on-open"
    add("--publisher-say", metavar="MESSAGE", help=said, **steps)
    add("--publisher-say-binary", metavar="MESSAGE", help="the same as a binary frame", **steps)
    add("--publisher-expect", metavar="PATTERN", help="as --expect", **steps)
    add("--publisher-take", metavar="NAME=WHERE", help="as --take", **steps)


def add_publish(parser: argparse.ArgumentParser) -> None:
    """Add how broadcasts are published by HTTP."""
    group = parser.add_argument_group("publishing by HTTP", "{marker} and {id} work in address and body")
    add = group.add_argument
    publish = "fanout: request that publishes a broadcast (default: a WebSocket does)"
    add("--publish", metavar="'POST URL'", help=publish)
    body = """its body, such as {"text": "{marker}"} (default: none)"""
    add("--publish-body", metavar="T", help=body)
    header = "its header; repeatable (default: Content-Type: application/json)"
    add("--publish-header", dest="publish_headers", metavar="'NAME: VALUE'", action="append", help=header)
