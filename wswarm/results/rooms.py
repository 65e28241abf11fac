"""What a run file holds of rooms: which of them fared worst."""

import msgspec


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the broadcasts of the hold in one room.

    Attributes:
        received: Those of them that arrived, once each. `lost`: that did not.
        room: As it stands in the URL.
        owed: Deliveries due to its subscribers; owed = received + lost.
        extra: Messages with marks of ours that its subscribers were not owed, those for another room among them.
        p50: Delivery time, s, read off a histogram with bins of at most 2 %, `None` when the deliveries are too
            few for the percentile. `p99`: likewise.
    """

    room: str
    owed: int
    received: int
    lost: int
    extra: int
    p50: float | None = None
    p99: float | None = None


class Rooms(msgspec.Struct, frozen=True, kw_only=True):
    """How the rooms of a fan-out fared; the figures of all of them together are the run's own.

    Attributes:
        rooms: How many there were.
        worst: At most ten, the worst first: most lost, then most extra, then the highest p99.
    """

    rooms: int
    worst: list[Room] = []
