"""Connections that play a recording: a group whose messages are the recording's."""

import gc

import msgspec
import numpy as np

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Ended
from wswarm.drive.fleet import wire
from wswarm.drive.group import Group
from wswarm.drive.replay.playing import Playing
from wswarm.load.replay import Replay
from wswarm.results.counts import Counts
from wswarm.stats.findings import STILL_OPEN, UNKNOWN, Effort, Findings, Window
from wswarm.stats.replayed import Replayed
from wswarm.stats.scripted import Scripted


class ReplayGroup(Group):
    """Connections that play a recording; takes the same as a `Group`."""

    def make_ready(self) -> None:
        """As `Group.make_ready`."""
        assert self.order.replay is not None
        self._replay: Replay = self.order.replay
        score = self._replay.score
        self._playing = Playing(self.swarm, self._replay)
        self._figures = Replayed([answer.kind for answer in score.answers])
        _get_ready()
        self._figures.origin_ns = now_ns()
        self.swarm.takers_of = self._playing.takers
        self.swarm.on_ended = self._note_ended
        self.on_decided = self._decide
        self._is_loaded = self._is_told = False

    def load(self, window: Window) -> None:
        """Take in when the hold ends."""
        super().load(window)
        self._playing.end_ns = window.drain_ns
        self._figures.origin_ns, self._figures.hold_ns = window.origin_ns, window.hold_ns
        self._is_loaded = True

    def cut(self, window: Window) -> None:
        """Keep to this window: what is planned for later than its hold is not sent."""
        super().cut(window)
        self._playing.end_ns = window.drain_ns

    def stop(self) -> None:
        """Send on: what waits for a value of the server's may have it in the drain."""

    def fold(self) -> None:
        """Add what was done since the last time to the figures, as soon as it is known when the run began."""
        super().fold()
        if not self._is_loaded:
            return
        sent, came = self._playing.take()
        self._figures.note_sent(sent.intended_ns, sent.sent_ns)
        self._figures.note_received(came.places, came.times_ns, came.received_ns)
        self.handled += len(sent.sent_ns) + len(came.places)

    def has_sent(self) -> bool:
        """Return whether nothing is to be sent by its time."""
        return True

    def is_owed(self) -> bool:
        """Return whether something is still to be sent, or to come."""
        return self._playing.is_owed()

    def findings(self, effort: Effort, *, is_over: bool = True) -> Findings:
        """Return all that was found."""
        self._playing.stop()
        self._is_loaded = True
        self.fold()
        played = self._playing.played()
        found = super().findings(effort, is_over=is_over)
        protocol = found.words.protocol + self._playing.protocol
        return msgspec.structs.replace(
            found,
            words=msgspec.structs.replace(found.words, protocol=protocol),
            sends=self._figures.sends(played),
            arrivals=self._figures.arrivals(played),
            scripted=Scripted(
                started=played.started,
                finished=played.finished,
                failed=sum(played.failures.values()),
                refused=0,
                failures=played.failures,
                steps=self._figures.steps(played),
                sent=self._figures.sent,
                answered=self._figures.answered,
                overflowed=0,
            ),
        )

    def state(self) -> wire.GroupState:
        """Return how the group stands; once all has been played that has no times, that this is the end."""
        self.fold()
        is_timed = self._replay.score.has_times
        if not is_timed and self._is_loaded and not self._is_told and not self.is_owed():
            self._is_told = True
            self._say(wire.Sent())
        figures = self._figures
        counts = Counts(offered=figures.sent, sent=figures.sent, received=figures.received)
        return msgspec.structs.replace(
            super().state(), sent=figures.sent, received=figures.received, counts=counts, times=figures.times
        )

    def _decide(self, number: int, failure: str | None) -> None:
        if failure is None and self.swarm.rows[number].left_ns == STILL_OPEN:
            self._playing.begin(number)
        else:
            self._playing.drop(number)

    def _note_ended(self, number: int, _: Ended) -> None:
        """Take it as no loss that the target has closed a connection on which all was played."""
        row = self.swarm.rows[number]
        if self._playing.has_played(number):
            row.left_ns, row.closed_ns, row.ending = row.closed_ns, STILL_OPEN, UNKNOWN


def _get_ready() -> None:
    """Do what takes long the first time, and leave what is there by now out of every collection of garbage to come.

    A recording is played as soon as a connection opens; what takes 10 ms then makes messages so late.
    """
    one = np.zeros(1, np.int64)
    figures = Replayed([""])
    figures.note_sent(one, one)
    figures.note_received(one, one, one)
    gc.collect()
    gc.freeze()
