"""The connections of one agent, told apart: those that it had at first, and those that came in their place."""

from collections.abc import Sequence

import msgspec

from wswarm.stats.findings import Findings, Packed, Sockets, unpack

_INT64 = 8
_PER_OPENED = (
    *("started_ns", "tcp_ns", "tls_ns", "upgrade_ns", "opened_ns", "closed_ns"),
    *("ready_ns", "left_ns", "ending", "spoke_ns", "rooms"),
)


def split(sockets: Sockets, first: Sockets) -> tuple[Sockets, Sockets]:
    """Return those of all that were among the first, as they fared since, and the others.

    Args:
        first: How the connections stood before others came.
    """
    opened = len(unpack(first.opened_ns)) * _INT64
    columns: dict[str, Packed] = {name: getattr(sockets, name) for name in _PER_OPENED}
    before = {name: column[:opened] for name, column in columns.items()}
    after = {name: column[opened:] for name, column in columns.items()}
    counted = {name: getattr(first, name) for name in ("subprotocols", "addresses")}
    return (
        msgspec.structs.replace(sockets, requested=first.requested, **counted, **before),
        msgspec.structs.replace(
            Sockets(requested=len(after["opened_ns"]) // _INT64, endings=sockets.endings), **after
        ),
    )


def every_sockets(findings: Sequence[Findings]) -> list[Sockets]:
    """Return all connections, those that came in place of others among them."""
    return [one for found in findings for one in (found.sockets, found.again) if one is not None]
