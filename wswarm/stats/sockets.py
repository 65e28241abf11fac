"""How the connections of one agent fared, in the form in which it travels to the front end."""

import msgspec

Packed = bytes


class Pings(msgspec.Struct, frozen=True, kw_only=True):
    """Pings that one agent sent of its own.

    Attributes:
        unanswered: Those without a pong by the time that the next one on their connection was due.
        times: Histogram of the round trips of those that were answered.
    """

    sent: int
    unanswered: int
    times: Packed


class Sockets(msgspec.Struct, frozen=True, kw_only=True):
    """The connections of one agent.

    Attributes:
        started_ns: Per opened connection, as are the next five; when its TCP connect began.
        tcp_ns: Length of the TCP connect; `tls_ns` of the TLS handshake (`UNKNOWN` without TLS); `upgrade_ns` of
            the WebSocket upgrade.
        opened_ns: When the upgrade response had been read.
        ready_ns: When all had been said that has to be said before the load; empty: when it opened.
        closed_ns: When it was lost, `STILL_OPEN` if it was not.
        failed_ns: When each failed handshake had failed.
        failures: Failed handshakes by reason.
        subprotocols: Opened connections by the subprotocol agreed on, `none` among them; empty if none was offered.
        closes: Connections that the peer closed, by code.
        addresses: Opened connections by the address that they lead to.
        pings: Of the plan's `ping`, `None` without.
        left_ns: Per opened connection when it was told to leave before the end, `STILL_OPEN` if it was not; empty
            where none was.
        endings: How lost connections ended: close code and reason, bounded.
        ending: Per opened connection its place among these, `UNKNOWN` if it was not lost.
        spoke_ns: Per opened connection when something was last sent on it, 0 for never; empty where nobody sends.
        rooms: Per opened connection its room; empty where there is only one.
        due_ns: Per opened connection when it was to come in the load, `UNKNOWN` for one that was there before; empty
            where nobody comes. `stays_ns`: how long it was to stay, `UNKNOWN` if it had no time of its own.
        refused: Those who came when there were as many as there may be.
    """

    requested: int
    started_ns: Packed = b""
    tcp_ns: Packed = b""
    tls_ns: Packed = b""
    upgrade_ns: Packed = b""
    opened_ns: Packed = b""
    closed_ns: Packed = b""
    failed_ns: Packed = b""
    failures: dict[str, int] = {}
    closes: dict[str, int] = {}
    subprotocols: dict[str, int] = {}
    ready_ns: Packed = b""
    left_ns: Packed = b""
    addresses: dict[str, int] = {}
    pings: Pings | None = None
    endings: list[str] = []
    ending: Packed = b""
    spoke_ns: Packed = b""
    rooms: Packed = b""
    due_ns: Packed = b""
    stays_ns: Packed = b""
    refused: int = 0
