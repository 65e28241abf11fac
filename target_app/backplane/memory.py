"""The backplane of a single process: nothing leaves it, nothing is lost."""

from collections import Counter

from target_app.backplane.protocol import BackplaneDown, Counters, Deliver, OnGap


class MemoryBackplane:
    """Delivers to this process at once. Other processes get nothing, and nobody is told: use it with one worker."""

    def __init__(self) -> None:
        self._subscriptions: Counter[str] = Counter()
        self._deliver: Deliver | None = None
        self._counters = Counters()

    @property
    def counters(self) -> Counters:
        """What has gone through so far."""
        return self._counters

    async def start(self, deliver: Deliver, on_gap: OnGap) -> None:  # noqa: ARG002 # there are no gaps
        """Deliver from now on."""
        self._deliver = deliver

    async def subscribe(self, channel: str) -> None:
        """Deliver the channel's messages from now on."""
        self._subscriptions[channel] += 1

    async def unsubscribe(self, channel: str) -> None:
        """Take one subscription back.

        Raises:
            ValueError: the channel is not subscribed.
        """
        if channel not in self._subscriptions:
            raise ValueError(f"{channel!r} is not subscribed")
        self._subscriptions[channel] -= 1
        if not self._subscriptions[channel]:
            del self._subscriptions[channel]

    async def publish(self, channel: str, message: str) -> None:
        """Deliver before returning.

        Raises:
            BackplaneDown: it is not started, or was stopped.
        """
        if self._deliver is None:
            self._counters.publish_failures += 1
            raise BackplaneDown("the backplane is not started")
        self._counters.published += 1
        if channel in self._subscriptions:
            self._counters.delivered += 1
            self._deliver(channel, message)

    async def stop(self) -> None:
        """Deliver nothing any more."""
        self._deliver = None
