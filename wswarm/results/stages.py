"""The stages of a load, as the run file has them."""

import msgspec


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the messages intended in one stage (`connect`: of the connections).

    Attributes:
        from_s: When it began, s since the hold began. `to_s`: when it ended.
        offered: Messages due in it (`connect`: connections, as everywhere here); `sent`: those of them that were
            sent, whenever.
        received: Replies or deliveries of these (`connect`: those that opened).
        p50: Response or delivery time of these (`connect`: handshake time), s, in bins of at most 2 %;
            `None` where they are too few for it. `p99`: likewise.
        back_after_s: From the stage's end to the first second, by intended time, whose p99 is at most 1.2 × that
            before the stage; `None`: there was none, or nobody knows what it was before.
    """

    from_s: float
    to_s: float
    offered: int
    sent: int
    received: int
    p50: float | None
    p99: float | None
    back_after_s: float | None
