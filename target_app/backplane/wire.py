"""What a backend has to do for the numbered backplane, and how messages look on the way."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

CONTROL = ""  # the channel of heartbeats and questions; an application's channels are not empty


@dataclass(frozen=True, slots=True)
class Received:
    """One thing that came from the backend.

    Attributes:
        kind: ``message``; ``listening``: everything sent to the channel after this in the stream arrives;
            ``alive``: the answer to a ping, or anything else that shows the backend lives.
        channel: the channel, empty for ``alive``.
        text: an envelope for ``message``, otherwise empty.
    """

    kind: Literal["message", "listening", "alive"]
    channel: str = ""
    text: str = ""


class Wire(Protocol):
    """Two connections to a backend: one sends in order, one receives in order.

    Every method raises ``BackplaneDown`` when the backend is gone, and can be cancelled; the owner then closes the
    side concerned and opens it again. Closing never raises.
    """

    async def open_sender(self) -> None:
        """Connect what sends."""
        ...

    async def send(self, batch: Sequence[tuple[str, str]]) -> None:
        """Send pairs of channel and envelope in this order; return once the backend has all of them."""
        ...

    async def close_sender(self) -> None:
        """Give the connection up."""
        ...

    async def open_receiver(self, channels: Collection[str]) -> None:
        """Connect what receives, and listen to these channels and, last, to ``CONTROL``."""
        ...

    async def receive(self) -> Received:
        """The next thing in the stream."""
        ...

    async def listen(self, channel: str) -> None:
        """Ask for a channel; ``Received("listening", channel)`` confirms it."""
        ...

    async def unlisten(self, channel: str) -> None:
        """Ask for it no more."""
        ...

    async def ping(self) -> None:
        """Make the backend answer on the receiving connection."""
        ...

    async def close_receiver(self) -> None:
        """Give the connection up."""
        ...


@dataclass(frozen=True, slots=True)
class Numbered:
    """A message with its number."""

    origin: str
    epoch: int
    number: int
    message: str


@dataclass(frozen=True, slots=True)
class Control:
    """What origins tell and ask each other.

    Attributes:
        sent_ns: the origin's monotonic clock when it told ``last``; 0 in a question.
        last: the last number it gave, by channel.
        asks: channels whose last numbers it wants to be told by everybody.
    """

    origin: str
    epoch: int
    sent_ns: int = 0
    last: Mapping[str, int] | None = None
    asks: Sequence[str] = ()


def write_message(origin: str, epoch: int, number: int, message: str) -> str:
    """The envelope of a message: three words and a space before it, some 40 bytes."""
    return f"{origin} {epoch} {number} {message}"


def read_message(text: str) -> Numbered:
    """A message from its envelope.

    Raises:
        ValueError: it is none.
    """
    origin, epoch, number, message = text.split(" ", 3)
    return Numbered(origin, int(epoch), int(number), message)


def write_control(control: Control) -> str:
    """The envelope of a control message: JSON."""
    fields = {"o": control.origin, "e": control.epoch, "t": control.sent_ns, "a": list(control.asks)}
    return json.dumps(fields if control.last is None else fields | {"n": dict(control.last)})


def read_control(text: str) -> Control:
    """A control message from its envelope.

    Raises:
        ValueError: it is none.
    """
    try:
        fields = json.loads(text)
        last = fields.get("n")
        return Control(
            str(fields["o"]),
            int(fields["e"]),
            int(fields["t"]),
            None if last is None else {str(channel): int(number) for channel, number in last.items()},
            [str(channel) for channel in fields["a"]],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no control message: {error!r}") from None
