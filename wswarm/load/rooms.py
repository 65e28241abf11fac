"""Rooms: audiences of their own, over which a run's connections are spread by their numbers."""

from collections.abc import Iterable

from wswarm.errors import PlanError

ROOM = "{room}"
ROOMS_LIMIT = 1_000_000


def room_of(connection_id: int, rooms: int) -> int:
    """Return the room, from 0, that the connection with that `{id}` is in: subscribers and publishers alike."""
    return connection_id % rooms


def check_rooms(rooms: int, filled: Iterable[object]) -> None:
    """Check that there can be so many rooms.

    Args:
        filled: All in which `{room}` is replaced.

    Raises:
        PlanError: there can't be, or nothing says which of them a connection is in.
    """
    if not 1 <= rooms <= ROOMS_LIMIT:
        raise PlanError(f"--rooms {rooms} must be a whole number from 1 to {ROOMS_LIMIT:,}")
    if rooms > 1 and not any(ROOM in str(one) for one in filled):
        raise PlanError(
            f"--rooms {rooms}, but no {{room}}, so all connections would be in the same: write {{room}} in the URL,"
            " a header, a cookie, --on-open or the message"
        )
