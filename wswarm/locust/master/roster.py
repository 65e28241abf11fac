"""What the conductor knows of each station."""

from dataclasses import dataclass, field

import msgspec

from wswarm.drive.clock import now_ns
from wswarm.drive.fleet.wire import GroupState, Recent
from wswarm.locust import messages
from wswarm.locust.clock import SAME, Offset, bound
from wswarm.results.counts import Counts
from wswarm.stats.drops import ending_counts
from wswarm.stats.findings import Findings, unpack
from wswarm.stats.histogram import Histogram
from wswarm.units import NS_PER_S

IDS_PER_WORKER = 1_000_000
SILENCE_S = 8.0
ANSWER_S = 4.0


@dataclass(slots=True)
class Member:
    """One station in a test.

    Attributes:
        worker: Locust's id. `name`: what reports call it.
        offset: Its clock against the conductor's, by which its times are shifted; `latest`: the surest of late.
        heard_ns: When it was last heard.
        load: How many holds it was told to begin.
        state: The latest. `published`, `found`: once it has told.
        is_publisher: Whether the publishers are there, if there are any; `is_publishing`: whether there are.
        loss: What became of it if it was lost, else `None`.
    """

    worker: str
    name: str
    first_id: int
    offset: Offset | None = None
    latest: Offset | None = None
    heard_ns: int = field(default_factory=now_ns)
    has_answered: bool = False
    has_begun: bool = False
    is_publisher: bool = False
    is_publishing: bool = False
    load: int = 0
    state: messages.State | None = None
    published: messages.Published | None = None
    found: messages.Found | None = None
    loss: str | None = None

    @property
    def ahead_ns(self) -> int:
        """How much its clock is ahead of the conductor's."""
        return self.offset.ahead_ns if self.offset is not None else 0

    @property
    def error_ns(self) -> int:
        """The most by which its shifted times are wrong."""
        begin = self.offset or SAME
        return bound(begin, self.latest) if self.latest is not None else begin.error_ns

    @property
    def is_there(self) -> bool:
        """Whether it takes part and has not been lost."""
        return self.has_begun and self.loss is None

    @property
    def is_silent(self) -> bool:
        """Whether nothing was heard of it for long; it answers at once when it is asked to begin."""
        patience_s = SILENCE_S if self.has_begun else ANSWER_S
        return now_ns() - self.heard_ns > patience_s * NS_PER_S

    @property
    def is_settled(self) -> bool:
        """Whether no handshake is under way, and the agents' figures know how all have ended."""
        state = self.state
        if state is None or state.pending or (self.is_publishing and not state.publishing):
            return False
        are_decided = all(map(_is_decided, (*state.groups, *state.publishing)))
        are_all_there = all(one.requested for one in state.publishing)
        return are_decided and are_all_there and sum(one.requested for one in state.groups) == state.seated

    def is_first_answer(self) -> bool:
        """Take in that it answered; return whether it had not before."""
        is_first, self.has_answered = not self.has_answered, True
        return is_first

    def word(self, test: int) -> messages.Hello | messages.Beat:
        """Return what to tell it now and then: `Hello` until it answers, as it may not have listened yet."""
        return messages.Beat() if self.has_answered else messages.Hello(test=test)

    def group(self, number: int) -> GroupState | None:
        """Return how a group stands: in the end as it was found, before that as it was told last."""
        if self.found is not None and self.found.groups:
            return state_of(self.found.groups[number])
        return self._of_this_hold(self.state.groups[number]) if self.state and self.state.groups else None

    def publishing(self, place: int) -> GroupState | None:
        """Return how the publishing group at that place stands, `None` if it is not here."""
        state = self.state
        return self._of_this_hold(state.publishing[place]) if state and state.publishing else None

    def open_in(self, group: int) -> int:
        """Return how many connections of a group are open."""
        return self.state.groups[group].open if self.state is not None and self.state.groups else 0

    def senders_in(self, group: int) -> int:
        """Return how many connections of a group send."""
        return self._senders(self.state.groups[group]) if self.state is not None and self.state.groups else 0

    def publishers_of(self, group: int) -> int:
        """Return how many publishers of the publishing group send here."""
        state = self.state
        return self._senders(state.publishing[group]) if state is not None and state.publishing else 0

    def note(self, message: messages.State | messages.Published | messages.Found) -> None:
        """Take in what the station says of this test."""
        if isinstance(message, messages.State):
            self.state = message
        elif isinstance(message, messages.Published):
            self.published = message if message.is_all else None
        else:
            self.found = message

    def _senders(self, state: GroupState) -> int:
        """Return how many send; those that were lost in an earlier hold have no turns in this one."""
        return state.senders if self.state is not None and self.state.load >= self.load else state.open

    def _of_this_hold(self, state: GroupState) -> GroupState:
        """Return the state without figures of messages if they are of an earlier hold."""
        if self.state is not None and self.state.load >= self.load:
            return state
        return msgspec.structs.replace(state, sent=0, received=0, counts=None, times=b"", recent=Recent())


def _is_decided(state: GroupState) -> bool:
    return state.opened + sum(state.failures.values()) == state.requested


def state_of(found: Findings) -> GroupState:
    """Return how a group stood in the end."""
    sockets, arrivals, scripted = found.sockets, found.arrivals, found.scripted
    opened_ns = unpack(sockets.opened_ns)
    handshakes = Histogram()
    handshakes.record(opened_ns - unpack(sockets.started_ns))
    return GroupState(
        requested=sockets.requested,
        opened=len(opened_ns),
        failures=sockets.failures,
        refusals=found.words.refusals,
        endings=ending_counts(sockets),
        handshakes=handshakes.pack(),
        sent=_sent(found),
        received=arrivals.received if arrivals is not None else 0,
        counts=Counts(duplicated=arrivals.duplicated, reordered=arrivals.reordered)
        if arrivals is not None
        else None,
        times=arrivals.response if arrivals is not None else b"",
        steps=scripted.steps if scripted is not None else {},
        sessions=scripted.failures if scripted is not None else {},
    )


def _sent(found: Findings) -> int:
    if found.scripted is not None:
        return found.scripted.sent
    return found.sends.sent if found.sends is not None else 0
