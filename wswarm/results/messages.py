"""What a run file holds of its messages."""

import msgspec


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """Owed and never received: the receiver's socket had closed, or nobody knows why.

    Attributes:
        disconnected: The receiver's socket had closed by the time they were due.
        silent: It was open, and they never came.
    """

    disconnected: int = 0
    silent: int = 0


class Unsent(msgspec.Struct, frozen=True, kw_only=True):
    """Offered and never sent: their connection had closed, or they were still waiting when the drain ended.

    Attributes:
        disconnected: The target had closed the connection on which they were due.
        late: They still waited for their turn.
    """

    disconnected: int = 0
    late: int = 0


class Messages(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the messages of the hold; offered = sent + unsent, owed = received + lost.

    Of a replay: of all messages of the recording, on each connection that opened; what came and is none of them is
    `unmarked`.

    Attributes:
        offered: Messages due by the schedule.
        sent: Those of them that were sent.
        unsent: Those that were not; `None` in files of versions that did not say.
        owed: Deliveries (echo: replies) due.
        received: Those of them that arrived, once each.
        lost: Those that did not, by the end of the drain.
        duplicated: Owed ones that arrived again.
        reordered: Owed ones whose first copy arrived after a later one of the same publisher.
        unmarked: What came without a mark of ours.
        protocol: Of the whole run: messages of the conversation around the load, which are none of it.
        unclear: Deliveries that did not come and may not have been due, at the edges of a subscription: in its first
            2 s before the first that came, or as the last before it left. Neither owed nor lost.
        extra: Messages with marks of ours that their receiver was not owed. `extra_kinds`: by what they are.
    """

    offered: int
    sent: int
    unsent: Unsent | None = None
    owed: int
    received: int
    lost: Lost
    duplicated: int
    reordered: int
    extra: int
    extra_kinds: dict[str, int] = {}
    unmarked: int
    protocol: int = 0
    unclear: int = 0


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Messages per second over the hold.

    Attributes:
        offered: By the schedule; `None` where there is none.
        achieved: Sent.
        received: Deliveries (echo: replies).
    """

    offered: float | None
    achieved: float
    received: float
