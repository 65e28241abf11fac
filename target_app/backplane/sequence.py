"""Sequence numbers: what a process gave its messages, and what it is still owed by others. Pure.

A number belongs to an origin (a process), its epoch (the wall clock in ns when its numbering began) and a channel,
and counts from 1. Whoever sees number 7 after 5 knows that 6 is missing, and whoever hears of 7 without having
seen it knows that the tail is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from target_app.backplane.protocol import Gap

LIVE_NS = 3_000_000_000  # an origin is alive if it was heard of this recently: three heartbeats
GONE_NS = 5_000_000_000  # and gone after this
FORGET_NS = 600_000_000_000  # its numbers are forgotten after this
MOST_CHANNELS = 100_000  # that an origin numbers in one epoch: about 10 MB


class Outgoing:
    """The numbers of one origin's own messages.

    Args:
        origin: its name, without spaces.
        epoch: when the numbering begins, wall clock in ns.
    """

    def __init__(self, origin: str, epoch: int) -> None:
        self.origin = origin
        self.epoch = epoch
        self._last: dict[str, int] = {}
        self._fresh: set[str] = set()

    @property
    def is_full(self) -> bool:
        """Whether a new epoch is due, because too many channels are numbered in this one."""
        return len(self._last) >= MOST_CHANNELS

    def renew(self, epoch: int) -> None:
        """Begin a new epoch, in which every channel counts from 1 again."""
        self.epoch = epoch
        self._last.clear()
        self._fresh.clear()

    def number(self, channel: str) -> int:
        """The number of the channel's next message."""
        number = self._last[channel] = self._last.get(channel, 0) + 1
        self._fresh.add(channel)
        return number

    def last(self, channels: Iterable[str]) -> dict[str, int]:
        """The last number of each channel, 0 where there is none."""
        return {channel: self._last.get(channel, 0) for channel in channels}

    def channels(self) -> list[str]:
        """All that are numbered."""
        return list(self._last)

    def take_fresh(self) -> list[str]:
        """The channels that were numbered since this was last asked."""
        fresh = list(self._fresh)
        self._fresh.clear()
        return fresh


@dataclass(slots=True)
class _Known:
    """Where one origin's numbers stand in one channel; ``is_unsure`` after a break until the origin is heard."""

    last: int
    is_unsure: bool = False


@dataclass(slots=True)
class _Channel:
    """A subscribed channel: since when (wall clock, ns), and whether the link broke meanwhile."""

    since_ns: int
    is_broken: bool = False
    known: dict[str, _Known] = field(default_factory=dict)


@dataclass(slots=True)
class _Origin:
    """An origin that was heard of; ``heard_ns`` is of the monotonic clock."""

    epoch: int
    heard_ns: int


class Incoming:
    """What this process has received and is owed, by origin and subscribed channel.

    Between an origin and this process messages keep their order while the link holds, so only a break, or a
    publish that failed, makes a hole.
    """

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}
        self._origins: dict[str, _Origin] = {}

    def subscribed(self, channel: str, wall_ns: int) -> None:
        """Messages of the channel are owed from here on in the stream; again after a break changes nothing."""
        self._channels.setdefault(channel, _Channel(wall_ns))

    def unsubscribed(self, channel: str) -> None:
        """Nothing of the channel is owed any more."""
        self._channels.pop(channel, None)

    def is_owed(self, channel: str) -> bool:
        """Whether messages of the channel are owed."""
        return channel in self._channels

    def link_lost(self) -> None:
        """From here on in the stream messages may be missing, of every origin."""
        for channel in self._channels.values():
            channel.is_broken = True
            for known in channel.known.values():
                known.is_unsure = True

    def link_restored(self, now_ns: int) -> None:
        """Silence during the break was not the origins'."""
        for origin in self._origins.values():
            origin.heard_ns = now_ns

    def message(
        self, origin: str, epoch: int, channel: str, number: int, now_ns: int
    ) -> tuple[bool, list[Gap]]:
        """Whether to deliver this message, and the gaps to report before it.

        A number that was seen or reported missing is late: not delivered, so nothing comes twice.
        """
        subscription = self._channels.get(channel)
        if subscription is None or not self._is_current(origin, epoch):
            return False, []
        gaps = self._hear(origin, epoch, now_ns)
        known, more = self._known(subscription, channel, origin, number - 1)
        gaps += more
        if number <= known.last:
            return False, gaps
        if number > known.last + 1:
            gaps.append(Gap(origin, channel, known.last + 1, number - 1, "missing"))
        known.last, known.is_unsure = number, False
        return True, gaps

    def state(self, origin: str, epoch: int, last: Mapping[str, int], now_ns: int) -> list[Gap]:
        """The gaps that show when an origin tells the last number it gave, by channel."""
        if not self._is_current(origin, epoch):
            return []
        gaps = self._hear(origin, epoch, now_ns)
        for channel, number in last.items():
            subscription = self._channels.get(channel)
            if subscription is None:
                continue
            known, more = self._known(subscription, channel, origin, number)
            gaps += more
            if number > known.last:
                gaps.append(Gap(origin, channel, known.last + 1, number, "tail"))
                known.last = number
            known.is_unsure = False
        return gaps

    def expire(self, now_ns: int) -> list[Gap]:
        """A gap of unknown size for each channel of an origin that has gone while it was unsure."""
        gaps: list[Gap] = []
        for name, origin in list(self._origins.items()):
            silent_ns = now_ns - origin.heard_ns
            if silent_ns > GONE_NS:
                gaps += self._give_up(name)
            if silent_ns > FORGET_NS:
                del self._origins[name]
                for channel in self._channels.values():
                    channel.known.pop(name, None)
        return gaps

    def unanswered(self, channel: str, now_ns: int) -> bool:
        """Whether a live origin has not told yet where its numbers stand in a subscribed channel."""
        subscription = self._channels.get(channel)
        return subscription is not None and any(
            name not in subscription.known
            for name, origin in self._origins.items()
            if now_ns - origin.heard_ns <= LIVE_NS
        )

    def unsure(self) -> list[str]:
        """The channels in which an origin has not been heard since the link broke."""
        return [
            name
            for name, channel in self._channels.items()
            if any(known.is_unsure for known in channel.known.values())
        ]

    def _is_current(self, origin: str, epoch: int) -> bool:
        """Whether this is not a message of an epoch that has ended."""
        heard = self._origins.get(origin)
        return heard is None or epoch >= heard.epoch

    def _hear(self, origin: str, epoch: int, now_ns: int) -> list[Gap]:
        """Note that an origin lives; the gaps of its epoch before, if this is a new one."""
        heard = self._origins.get(origin)
        if heard is None:
            self._origins[origin] = _Origin(epoch, now_ns)
            return []
        heard.heard_ns = now_ns
        if epoch == heard.epoch:
            return []
        heard.epoch = epoch
        gaps = self._give_up(origin)
        for channel in self._channels.values():
            if origin in channel.known:
                channel.known[origin] = _Known(0)
        return gaps

    def _give_up(self, origin: str) -> list[Gap]:
        """What will never be known of an origin, or of its epoch."""
        gaps = []
        for name, channel in self._channels.items():
            known = channel.known.get(origin)
            if known is not None and known.is_unsure:
                known.is_unsure = False
                gaps.append(Gap(origin, name, None, None, "origin gone"))
        return gaps

    def _known(
        self, subscription: _Channel, channel: str, origin: str, stands: int
    ) -> tuple[_Known, list[Gap]]:
        """Where the origin's numbers stood; if it was never heard in this channel, at ``stands``.

        An origin whose epoch began later than the subscription owes everything from number 1: its own link may have
        lost the first while ours held. (Two machines' clocks may differ by the time between the two; then the gap is
        reported too large or of unknown size.) Of an older origin ``stands`` is right while our link holds; after a
        break it is not known what is missing.
        """
        known = subscription.known.get(origin)
        if known is not None:
            return known, []
        gaps: list[Gap] = []
        if stands == 0 or self._origins[origin].epoch > subscription.since_ns:
            known = _Known(0)
        elif not subscription.is_broken:
            known = _Known(stands)
        else:
            known = _Known(stands)
            gaps.append(Gap(origin, channel, None, None, "baseline"))
        subscription.known[origin] = known
        return known, gaps
