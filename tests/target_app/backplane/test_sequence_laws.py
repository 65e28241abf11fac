"""An origin of which a subscriber knows nothing yet: whatever is lost, nothing is lost in silence.

A history is what happens around one channel, in order: the origin publishes, tells its last number, and this process
subscribes, loses its link and gets it back. What is sent while there is no link does not arrive, nor does what the
origin's own link lost.
"""

from dataclasses import dataclass, field
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from target_app.backplane.protocol import Gap
from target_app.backplane.sequence import GONE_NS, Incoming, Outgoing

Event = Literal["publish", "publish in vain", "tell", "tell in vain", "cut", "mend"]

# Wall clock: an origin is older or younger than the subscription, which is of this instant.
SUBSCRIBED = 1_000
KINDS: tuple[Event, ...] = ("publish", "publish in vain", "tell", "tell in vain", "cut", "mend")
# One draw for all of a history: one for each event would cost more than all that is tested.
EVENTS: st.SearchStrategy[list[Event]] = st.binary(max_size=40).map(
    lambda numbers: [KINDS[max(0, number % 7 - 1)] for number in numbers]
)
# How long an example takes says something of the machine alone.
LAW = settings(
    max_examples=500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@dataclass
class History:
    """Plays events, and keeps what became of each number.

    Attributes:
        delivered: numbers, in order.
        gaps: all that were reported.
        baseline: the last number that is not owed: where the origin stood when it was first heard, or 0 if it is
            younger than the subscription; ``None`` before.
        was_cut: the link broke between the subscription and the first that was heard.
        used: the last number given before the subscription.
    """

    epoch: int
    incoming: Incoming = field(default_factory=Incoming)
    delivered: list[int] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    baseline: int | None = None
    was_cut: bool = False
    used: int = 0
    is_up: bool = True
    is_subscribed: bool = False

    def __post_init__(self) -> None:
        self.outgoing = Outgoing("o", self.epoch)

    @property
    def last(self) -> int:
        """The last number given."""
        return self.outgoing.last(["x"])["x"]

    def play(self, event: Event) -> None:
        """Let one thing happen."""
        if event.startswith("publish"):
            number = self.outgoing.number("x")
            if event == "publish" and self.is_up:
                self._arrive(number)
        elif event == "tell" and self.is_up:
            self._hear()
        elif event == "cut" and self.is_up:
            self.is_up = False
            self.incoming.link_lost()
            self.was_cut |= self.is_subscribed and self.baseline is None
        elif event == "mend" and not self.is_up:
            self.is_up = True
            self.incoming.link_restored(0)

    def subscribe(self) -> None:
        """Messages are owed from here on."""
        self.incoming.subscribed("x", SUBSCRIBED)
        self.is_subscribed = True
        self.used = self.last

    def _arrive(self, number: int) -> None:
        if self.is_subscribed and self.baseline is None:
            self.baseline = 0 if self.epoch > SUBSCRIBED else number - 1
        is_next, gaps = self.incoming.message("o", self.epoch, "x", number, 0)
        self.gaps += gaps
        if is_next:
            self.delivered.append(number)

    def _hear(self) -> None:
        if self.is_subscribed and self.baseline is None:
            self.baseline = 0 if self.epoch > SUBSCRIBED else self.last
        self.gaps += self.incoming.state("o", self.epoch, {"x": self.last}, 0)

    def reported(self) -> list[int]:
        """The numbers that gaps name."""
        known = [gap for gap in self.gaps if gap.first is not None and gap.last is not None]
        return [number for gap in known for number in range(gap.first or 0, (gap.last or 0) + 1)]

    def unknown(self) -> list[Gap]:
        """The gaps that name none."""
        return [gap for gap in self.gaps if gap.count is None]


def played(before: list[Event], after: list[Event], epoch: int) -> History:
    """A history with a subscription in it, at whose end the link holds and the origin is heard."""
    history = History(epoch)
    for event in before:
        history.play(event)
    history.play("mend")
    history.subscribe()
    for event in after:
        history.play(event)
    history.play("mend")
    history.play("tell")
    return history


@LAW
@given(before=EVENTS, after=EVENTS)
def test_after_the_baseline_each_number_is_delivered_or_reported_and_never_both(
    before: list[Event], after: list[Event]
) -> None:
    history = played(before, after, epoch=SUBSCRIBED - 1)
    assert history.baseline is not None
    owed = range(history.baseline + 1, history.last + 1)
    assert sorted(history.delivered + history.reported()) == list(owed)
    assert history.delivered == sorted(history.delivered)


@LAW
@given(before=EVENTS, after=EVENTS)
def test_what_a_broken_link_hid_before_the_baseline_is_a_gap_of_unknown_size(
    before: list[Event], after: list[Event]
) -> None:
    history = played(before, after, epoch=SUBSCRIBED - 1)
    assert history.baseline is not None
    is_hidden = history.baseline > history.used
    if history.was_cut and is_hidden:
        assert [gap.reason for gap in history.unknown()] == ["baseline"]
    if not history.was_cut:
        assert history.unknown() == []


@LAW
@given(events=EVENTS)
def test_an_origin_that_is_younger_than_the_subscription_owes_everything_exactly(events: list[Event]) -> None:
    history = played([], events, epoch=SUBSCRIBED + 1)
    assert sorted(history.delivered + history.reported()) == list(range(1, history.last + 1))
    assert history.unknown() == []


@LAW
@given(before=EVENTS, after=EVENTS)
def test_an_origin_that_ends_while_it_is_cut_off_takes_nothing_along_in_silence(
    before: list[Event], after: list[Event]
) -> None:
    history = played(before, after, epoch=SUBSCRIBED - 1)
    known = history.last
    history.play("cut")
    for event in (*after, "publish"):
        history.play("publish in vain" if event == "publish" else "tell in vain")
    history.is_up = True
    gone = history.incoming.expire(GONE_NS + 1)
    assert [(gap.first, gap.reason) for gap in gone] == [(None, "origin gone")]
    assert max([0, *history.delivered, *history.reported()]) <= known
