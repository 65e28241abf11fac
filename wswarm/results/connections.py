"""What a run file holds of its connections."""

import msgspec

from wswarm.results.distribution import Distribution


class Moment(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """How many connections were open from `t` on, s since the run began."""

    t: float
    open: int


class Handshake(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One handshake: done at `t`, s since the run began, after `time` s."""

    t: float
    time: float


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """Every socket of the run, publishers included, one attempt each.

    Attributes:
        requested: Connections that were to be opened.
        opened: Those that opened and, where a conversation comes before the load, got to its end.
        failed: Those that did not.
        peak: Most that were open at once.
        failures: Failed handshakes by reason (`http 403`, `timeout`, `reset`, `refused`, …).
        dropped: Connections lost after they had opened, whoever began it, up to the end of the drain.
        closes: Those of them that the peer began, by close code (`1006`: without a close frame).
        close_reasons: All dropped ones by close code and the reason that came with it (`4401 token expired`);
            of many different ones those beyond the first are together under `other`.
        open_time: How long the dropped ones had been open; `None` if there is none.
        subprotocols: Opened ones by the subprotocol agreed on, `none` among them; empty if none was offered.
        left: Connections that were told to leave before the end, which is no loss.
        addresses: Opened ones by the IP address (or the socket file) that they lead to; a name may have several.
        handshake_time: TCP connect start to upgrade response; split into:
        tcp_time: TCP connect start to connected.
        tls_time: Connected to the end of the TLS handshake; `None` without TLS.
        upgrade_time: Request sent to upgrade response.
        ready_time: TCP connect start to the message that ended the conversation before the load; without one, to the
            upgrade response.
        ping_time: Round trips of the pings that `--ping` asks for, from the frame sent to its pong; `None` without.
        pings: Those sent; `pings_unanswered`: without a pong by the time that the next one of the connection was due.
        timeline: Each change of the open connections; of more than 1,000, every k-th and the last.
        handshakes: Completed ones in order; of more than 1,000, every k-th.
    """

    requested: int
    opened: int
    failed: int
    peak: int
    dropped: int
    failures: dict[str, int]
    closes: dict[str, int]
    close_reasons: dict[str, int] = {}
    open_time: Distribution | None = None
    subprotocols: dict[str, int] = {}
    left: int = 0
    addresses: dict[str, int] = {}
    handshake_time: Distribution
    ready_time: Distribution | None = None
    tcp_time: Distribution | None = None
    tls_time: Distribution | None = None
    upgrade_time: Distribution | None = None
    ping_time: Distribution | None = None
    pings: int | None = None
    pings_unanswered: int | None = None
    timeline: list[Moment] = []
    handshakes: list[Handshake] = []
