"""Who publishes by requests, in the place of a WebSocket: sends nothing but markers, and hears nothing."""

from collections.abc import Callable

from wswarm.drive.clock import now_ns
from wswarm.drive.drivers.connection import Connection, Events, Settings, Timing
from wswarm.drive.http.requests import Requests, Template
from wswarm.load.fill import Values
from wswarm.load.request import Request


class Publisher:
    """One publisher: open as long as its agent is.

    Args:
        template: Its requests.
    """

    def __init__(self, requests: Requests, template: Template) -> None:
        self._requests, self._template = requests, template
        self.is_open = True
        self.subprotocol: str | None = None
        self.address = ""
        self.timing = Timing(now_ns(), 0, -1, 0, now_ns())

    @property
    def is_writable(self) -> bool:
        """Whether a request can be begun."""
        return self._requests.has_room

    def attach(self, events: Events) -> None:
        """Nothing comes."""

    def send(self, payload: bytes) -> None:
        """Publish a broadcast: the payload is its marker."""
        self._requests.begin(self._template, payload)

    def say(self, payload: bytes, *, is_binary: bool = False) -> None:
        """Nobody is there to hear it."""

    def ping(self, payload: bytes) -> None:
        """Nobody is there to answer."""

    def tap(self) -> None:
        """Nothing comes in."""

    def say_goodbye(self) -> None:
        """Publish no more."""
        self.is_open = False

    def abort(self) -> None:
        """Publish no more."""
        self.is_open = False

    def reset(self) -> None:
        """Publish no more."""
        self.is_open = False


class Publishers:
    """The publishers of one agent; who waits for room has it in turn.

    Args:
        values_of: Returns what names stand for, by the publisher's row.
    """

    def __init__(self, requests: Requests, values_of: Callable[[int], Values]) -> None:
        self._requests, self._values_of = requests, values_of
        self._writable: list[Callable[[], None]] = []
        requests.on_room = self._offer_room

    async def connect(self, request: Request, number: int, settings: Settings, events: Events) -> Connection:
        """Return the publisher in that row: as a driver does."""
        del request, settings
        self._writable.append(events.writable)
        return Publisher(self._requests, self._requests.template(self._values_of(number)))

    def _offer_room(self) -> None:
        for writable in self._writable:
            if self._requests.has_room:
                writable()
        self._writable.append(self._writable.pop(0))
