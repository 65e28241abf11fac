"""Rooms: audiences of their own, over which a run's connections are spread by their numbers."""

from collections.abc import Iterable

from wswarm.errors import PlanError

ROOM = "room"
ROOMS_LIMIT = 1_000_000

_NAME = f"{{{ROOM}}}"


def room_of(connection_id: int, rooms: int) -> int:
    """Return the room, from 0, that the connection with that `{id}` is in: subscribers and publishers alike."""
    return connection_id % rooms


def own_values(connection_id: int, rooms: int) -> dict[str, str]:
    """Return what `{id}` and `{room}` stand for in a connection; where there is one room its name is nobody's."""
    own = {"id": str(connection_id)}
    return own | {ROOM: str(room_of(connection_id, rooms))} if rooms > 1 else own


def in_some_room(template: str, rooms: int) -> str:
    """Return the template as it is in the room with the longest name."""
    return template.replace(_NAME, str(rooms - 1)) if rooms > 1 else template


def check_rooms(
    rooms: int,
    filled: Iterable[object],
    where: str = "the URL, a header, a cookie, --topic, --on-open, --say or the message",
) -> None:
    """Check that there can be so many rooms.

    Args:
        filled: All in which `{room}` is replaced. `where`: what that is.

    Raises:
        PlanError: there can't be, or nothing says which of them a connection is in.
    """
    if not 1 <= rooms <= ROOMS_LIMIT:
        raise PlanError(f"--rooms {rooms} must be a whole number from 1 to {ROOMS_LIMIT:,}")
    if rooms > 1 and not any(_NAME in str(one) for one in filled):
        raise PlanError(
            f"--rooms {rooms}, but no {{room}}, so all connections would be in the same: write {{room}} in {where}"
        )
