"""How rooms are shown: the worst of them, a row each."""

from wswarm.report import format as show
from wswarm.results.run import Rooms

COLUMNS = ("owed", "received", "lost", "extra", "p50", "p99")


def rows(seen: Rooms) -> tuple[tuple[str, ...], ...]:
    """Return the worst rooms: their names, then a cell per column."""
    return tuple(
        (
            f"room {one.room}",
            *(show.count(value) for value in (one.owed, one.received, one.lost, one.extra)),
            *(show.percentile(value) for value in (one.p50, one.p99)),
        )
        for one in seen.worst
    )


def note(seen: Rooms) -> str:
    """Return which of the rooms are shown, and what is said of them."""
    is_all = len(seen.worst) == seen.rooms
    shown = f"all {seen.rooms} rooms" if is_all else f"the worst {len(seen.worst)} of {seen.rooms:,} rooms"
    return f"{shown}: most lost first, then most extra, then the highest p99; p50, p99: delivery time"
