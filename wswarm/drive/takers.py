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


def takers(capture: Capture, hearers: Hearers, speech: Speech) -> Takers:
    """Return what takes the messages of connections that open from now on.

    A publisher is owed nothing: in a protocol its marked messages may be refusals, and all are heard as such.
    """

    def take_heard(row: int, payload: bytes) -> bool:
        received_ns = now_ns()
        is_marked = capture.take(row, payload)
        if hearers.on_heard is not None:
            hearers.on_heard(row, payload, received_ns)
        return is_marked

    def take_reply(row: int, payload: bytes) -> bool:
        is_marked = capture.take(row, payload)
        if is_marked:
            hearers.on_marked(row, payload)
        return is_marked

    if hearers.on_heard is not None:
        return Takers(take_heard, None)
    if not speech.is_owed and speech.is_attentive:
        return Takers(_take_nothing, None)
    waiting = hearers if hearers.is_replying else None
    take = take_reply if waiting is not None else capture.take
    if speech.not_replies:
        return Takers(partial(_take_replies, take, speech.not_replies), None)
    return Takers(take, capture.frames and partial(_told, capture.frames, waiting))


def _take_nothing(_row: int, _payload: bytes) -> bool:
    return False


def _take_replies(take: Take, others: Sequence[bytes], row: int, payload: bytes) -> bool:
    return not any(other in payload for other in others) and take(row, payload)


def _told(frames: TakeFrames, waiting: Waiting | None, row: int, reading: Reading) -> Receive:
    return frames(row, reading, waiting)
