"""Who gets a received message: the figures always, and perhaps who waits for replies, or who listens to all."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from wswarm.drive.capture import Capture, Take
from wswarm.drive.clock import now_ns
from wswarm.drive.form import Frames, Reading, Receive, TakeFrames, Waiting
from wswarm.load.speech import Speech


class Hearers(Protocol):
    """Who else gets messages, see `Swarm`."""

    is_replying: bool
    on_marked: Callable[[int, bytes], None]
    on_heard: Callable[[int, bytes, int], None] | None


class Takers(NamedTuple):
    """What connections hand their messages to, see `Events`."""

    take: Take
    frames: Frames | None
    kind: Callable[[int], None] | None = None


def takers(
    capture: Capture, hearers: Hearers, speech: Speech, hear_other: Callable[[int, bytes], None]
) -> Takers:
    """Return what takes the messages of connections that open from now on.

    A publisher is owed nothing: in a protocol its marked messages may be refusals, and all are heard as such.

    Args:
        hear_other: Gets what is none of the load, out of a frame that holds some.
    """
    counted = _counted(capture.take, speech, hear_other)
    may_be_refused = counted is not capture.take

    def take_heard(row: int, payload: bytes) -> bool:
        received_ns = now_ns()
        is_marked = counted(row, payload)
        if hearers.on_heard is not None:
            hearers.on_heard(row, payload, received_ns)
        return is_marked

    def take_reply(row: int, payload: bytes) -> bool:
        is_marked = counted(row, payload)
        if is_marked or may_be_refused:  # who waits for an answer has it, though it is no reply
            hearers.on_marked(row, payload)
        return is_marked

    if hearers.on_heard is not None:
        return Takers(take_heard, None)
    if not speech.is_owed and speech.is_attentive:
        return Takers(_take_nothing, None)
    waiting = hearers if hearers.is_replying else None
    take = take_reply if waiting is not None else counted
    if may_be_refused or capture.frames is None:
        return Takers(take, None)
    return Takers(take, partial(_told, capture.frames, waiting))


def _counted(take: Take, speech: Speech, hear_other: Callable[[int, bytes], None]) -> Take:
    """Return what takes marked messages, but for those that mean something else in spite of their mark."""
    if speech.not_replies:
        take = partial(_take_replies, take, speech.not_replies)
    return partial(_take_unrefused, take, speech, hear_other) if speech.own_refusals else take


def _take_nothing(_row: int, _payload: bytes) -> bool:
    return False


def _take_replies(take: Take, others: Sequence[bytes], row: int, payload: bytes) -> bool:
    return not any(other in payload for other in others) and take(row, payload)


def _take_unrefused(
    take: Take, speech: Speech, hear_other: Callable[[int, bytes], None], row: int, payload: bytes
) -> bool:
    messages = speech.split(payload)
    is_refused = [speech.refuses(message) for message in messages]
    if not any(is_refused):
        return take(row, payload)
    if all(is_refused):
        return False
    for message, means_no in zip(messages, is_refused, strict=True):
        if means_no or not take(row, message):
            hear_other(row, message)
    return True


def _told(frames: TakeFrames, waiting: Waiting | None, row: int, reading: Reading) -> Receive:
    return frames(row, reading, waiting)
