"""The message that carries a marker: template in, payload pieces out."""

from dataclasses import dataclass

from wswarm.errors import PlanError
from wswarm.load.marker import MARKER_SIZE

FILLER = b"."


@dataclass(frozen=True, slots=True)
class Payload:
    """One connection's message: `head + mark + tail`, where only the mark differs from message to message."""

    head: bytes
    tail: bytes


def check_size(template: str, size: int | None) -> None:
    """Check that the payload can be padded to `size` bytes.

    Raises:
        PlanError: the template with its marker is longer already.
    """
    least = len(template.replace("{marker}", "", 1).encode()) + MARKER_SIZE
    if size is not None and size < least:
        raise PlanError(f"--size {size} is too small: the message with its marker takes {least} bytes")


def payload_for(template: str, connection_id: int, prefix: bytes, size: int | None) -> Payload:
    """Return the payload around the mark for one connection.

    Args:
        template: Holds `{marker}`; the first is replaced, further ones are left as they are.
        connection_id: Replaces every `{id}`.
        prefix: The run's marker prefix, which goes before the mark.
        size: Total bytes wanted; filler follows the mark, inside any quotes around it.
    """
    before, _, after = template.partition("{marker}")
    head = before.replace("{id}", str(connection_id)).encode() + prefix
    tail = after.replace("{id}", str(connection_id)).encode()
    missing = 0 if size is None else size - len(head) - len(tail) - MARKER_SIZE + len(prefix)
    return Payload(head, FILLER * max(0, missing) + tail)
