"""The message that carries a marker: template in, payload pieces out."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from wswarm.errors import PlanError
from wswarm.load.fill import Values, fill_bytes
from wswarm.load.marker import MARK_SIZE, MARKER_SIZE
from wswarm.load.number import INDEX_SIZE, NUMBER, nonce_for
from wswarm.load.profiles.protocol import Wrap
from wswarm.load.template import MARKER

FILLER = b"."
_ROUNDS = 3  # what is around a message may have its size in it, and grow with it


@dataclass(frozen=True, slots=True)
class Payload:
    """One connection's message, of which only the mark differs from message to message: `mark.join(parts)`.

    Where more differs, the parts are anew each time they are asked for.
    """

    parts: Iterable[bytes]


def check_size(template: bytes, size: int | None) -> None:
    """Check that the payload can be padded to `size` bytes.

    Raises:
        PlanError: the template with its markers is longer already.
    """
    markers = template.count(MARKER)
    least = len(template.replace(MARKER, b"")) + markers * MARKER_SIZE
    if size is not None and size < least:
        raise PlanError(f"--size {size} is too small: the message with its marker takes {least} bytes")


def payload_for(
    template: bytes, values: Values, prefix: bytes, size: int | None, wrap: Wrap | None = None
) -> Payload:
    """Return the payload around the mark for one connection.

    Args:
        template: Holds `{marker}`, perhaps several times: each is replaced by the same mark. Or `{marker:int}`.
        values: What other names in braces stand for, `id` among them.
        prefix: The run's marker prefix, which goes before the mark.
        size: Total bytes wanted; filler follows the last mark, inside any quotes around it.
        wrap: Makes of what is said what is sent, in which marks stand as they are; the size is that of the latter.
    """
    if wrap is not None:
        return _wrapped(template, values, prefix, size, wrap)
    return _around(fill_bytes(template, values), prefix, size)


@lru_cache(1)
def _around(filled: bytes, prefix: bytes, size: int | None) -> Payload:
    """Return the payload around the mark, the same for all connections whose messages are."""
    if NUMBER in filled:
        *heads, tail = filled.split(NUMBER)
        return Payload((*(head + nonce_for(prefix) for head in heads), tail))
    *before, tail = filled.split(MARKER)
    missing = 0 if size is None else size - len(b"".join(before)) - len(tail) - len(before) * MARKER_SIZE
    return Payload((*(part + prefix for part in before), FILLER * max(0, missing) + tail))


def _wrapped(template: bytes, values: Values, prefix: bytes, size: int | None, wrap: Wrap) -> Payload:
    """Return the payload as it is sent: as it is with any mark."""
    own, mark = prefix, b"0" * MARK_SIZE
    if NUMBER in template:
        own, mark = nonce_for(prefix), b"0" * INDEX_SIZE
    said_size = size
    for _ in range(_ROUNDS):
        sent = wrap(mark.join(payload_for(template, values, prefix, said_size).parts))
        if said_size is None or size is None or len(sent) == size:
            break
        said_size += size - len(sent)
    *before, tail = sent.split(own + mark)
    return Payload((*(part + own for part in before), tail))
