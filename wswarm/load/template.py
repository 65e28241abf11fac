"""What a plan's messages are, however they were given: as text, as text with escapes, as bytes.

A plan keeps them as text, so that it can be stored and shown; where that can't hold them, with `escape` set.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from wswarm.errors import PlanError
from wswarm.load.escapes import escape_in, escaped, unescaped

MARKER = b"{marker}"
SIZE_LIMIT = 16 * 1024 * 1024


class Opening(NamedTuple):
    """A message to send when a connection opens."""

    payload: bytes
    is_binary: bool = False


class Binary(str):
    """An opening message that goes out as a binary frame, written as text."""

    __slots__ = ()


def as_text(given: dict[str, Any]) -> dict[str, Any]:
    """Return a plan's settings with messages that were given as bytes as text.

    Bytes go out as binary frames, unless `binary` says otherwise of `text`. What a shell passes on that is not UTF-8
    is bytes too, but no word on the kind of frame.

    Raises:
        PlanError: an escape can't be, or a message is neither text nor bytes.
    """
    text, on_open = given.get("text"), given.get("on_open") or ()
    openings = [on_open] if isinstance(on_open, str | bytes) else list(on_open)
    found = dict(given)
    if openings:
        found["on_open"] = tuple(openings)
    if any(isinstance(one, bytes | Binary) for one in openings):
        found["on_open_binary"] = tuple(isinstance(one, bytes | Binary) for one in openings)
    if isinstance(text, bytes):
        found.setdefault("binary", True)
    if not any(_is_bytes(one) for one in (text, *openings)):
        found["on_open"] = tuple(str(one) if isinstance(one, Binary) else one for one in openings)
        return found if openings else given
    escape = bool(given.get("escape"))
    if text is not None:
        found["text"] = escaped(in_bytes(text, "--text", escape=escape))
    found["on_open"] = tuple(escaped(in_bytes(one, "--on-open", escape=escape)) for one in openings)
    return found | {"escape": True}


def in_bytes(message: str | bytes, option: str, *, escape: bool) -> bytes:
    """Return the message as it is sent.

    Raises:
        PlanError: an escape can't be, or it is no message.
    """
    if isinstance(message, bytes):
        return message
    if not isinstance(message, str):
        raise PlanError(f"{option} {message!r} will not do: write text or bytes")
    if escape:
        return unescaped(message, option)
    try:
        return message.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise PlanError(
            f"{option} {message!r} is not valid UTF-8: a surrogate stands at {error.start + 1}"
        ) from None


def openings(messages: Sequence[str], kinds: Sequence[bool], *, escape: bool) -> tuple[Opening, ...]:
    """Return the messages to send when a connection opens; `kinds`: which are binary, none if it is empty."""
    is_binary = kinds or (False,) * len(messages)
    return tuple(
        Opening(in_bytes(message, "--on-open", escape=escape), one)
        for message, one in zip(messages, is_binary, strict=True)
    )


def check_utf8(message: bytes, option: str, mend: str) -> None:
    """Check that a message may go out as text.

    Raises:
        PlanError: it is not UTF-8.
    """
    try:
        message.decode()
    except UnicodeDecodeError as error:
        raise PlanError(
            f"{option} {escaped(message)!r} is not valid UTF-8 at byte {error.start + 1}"
            f" (\\x{message[error.start]:02x}), and text frames carry nothing else: {mend}"
        ) from None


def hints(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield what of messages given on the command line is probably not meant as it stands there."""
    if given.get("escape"):
        return
    messages = [("--text", given.get("text")), *(("--on-open", one) for one in given.get("on_open") or ())]
    for option, message in messages:
        found = escape_in(message) if message is not None else None
        if found is not None:
            kind = "-binary" if isinstance(message, Binary) else ""
            yield f"{option}{kind} holds {found} literally; --escape reads it as a character"


def _is_bytes(message: Any) -> bool:
    """Return whether a message is bytes, or text that a shell made of them."""
    return isinstance(message, bytes) or (
        isinstance(message, str) and any("\udc80" <= character <= "\udcff" for character in message)
    )
