"""A target that a command may serve: its address and what is published to it, with the port filled in."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from wswarm.drive.host.server import Command, check_command
from wswarm.errors import PlanError

UNKNOWN = "ws://127.0.0.1:{port}"
_PUBLISHING = ("publishers", "publisher_url", "publish", "publish_body")


def check_served(url: str | None, serve: str | None) -> None:
    """Check that a URL with a port to fill in has a command that serves there, and the other way round.

    Raises:
        PlanError: it has not, or the command can't be.
    """
    if serve is not None:
        check_command(Command("--serve", serve))
        if url is not None and "{port}" not in url:
            raise PlanError(f"URL {url!r} has no {{port}}: write it where the port of --serve goes")
    elif url is not None and "{port}" in url:
        raise PlanError(f"URL {url!r} has {{port}}: add --serve 'CMD {{port}}', or name the port")


def check_publishing(scenario: str, given: Mapping[str, Any]) -> None:
    """Check that only what has broadcasts says how they are published.

    Raises:
        PlanError: something else does.
    """
    for name in _PUBLISHING:
        if given.get(name) is not None and scenario != "fanout":
            raise PlanError(
                f"--{name.replace('_', '-')} {given[name]}: {scenario} has no broadcasts: leave it out"
            )


def address_at(url: str | None, port: int) -> str:
    """Return the address of a server that was started on the port.

    Args:
        url: With `{port}`; `None`: nothing is known but the port.
    """
    return (url or UNKNOWN).replace("{port}", str(port))


def filled(options: Mapping[str, Any], url: str | None) -> Mapping[str, Any]:
    """Return a plan's options in which `{port}` of the address to publish at is that of a server.

    Args:
        url: Of that server; `None`: somewhere.
    """
    publish = options.get("publish")
    port = urlsplit(url).port if url is not None else 1
    return options if publish is None else {**options, "publish": publish.replace("{port}", str(port))}
