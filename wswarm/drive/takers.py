"""Who gets a received message: the figures always, and perhaps who waits for replies, or who listens to all."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

from wswarm.drive.capture import Capture, Take
from wswarm.drive.clock import now_ns
from wswarm.drive.form import Frames, Reading, Receive, TakeFrames, Waiting


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


def takers(capture: Capture, hearers: Hearers) -> Takers:
    """Return what takes the messages of connections that open from now on."""

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
    waiting = hearers if hearers.is_replying else None
    frames = capture.frames and partial(_told, capture.frames, waiting)
    return Takers(take_reply if waiting is not None else capture.take, frames)


def _told(frames: TakeFrames, waiting: Waiting | None, row: int, reading: Reading) -> Receive:
    return frames(row, reading, waiting)
