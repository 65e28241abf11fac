"""The stages of a load, as the run file has them."""

import msgspec


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the messages intended in one stage (`connect`: of the connections).

    Attributes:
        from_s: Since the hold began, as is `to_s`.
        back_after_s: From the stage's end to the first second whose p99 is at most 1.2 × that before the stage;
            `None`: never.
    """

    from_s: float
    to_s: float
    offered: int
    sent: int
    received: int
    p50: float | None
    p99: float | None
    back_after_s: float | None
