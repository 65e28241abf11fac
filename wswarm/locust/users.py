"""Locust users, each of which is one WebSocket connection held by the engine beside Locust.

::

    from wswarm.locust import EchoUser, WebSocketUser

    class Feed(WebSocketUser):
        scenario = "fanout"
        url = "wss://example.org/feed?client={id}"
        rate = "20/s"

A user's greenlet sleeps while its connection works: nothing here runs per message, unless the class has tasks or
`on_message` of its own.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import gevent
from locust import User
from locust.env import Environment
from locust.exception import RescheduleTask, StopUser
from locust.user.task import LOCUST_STATE_RUNNING, LOCUST_STATE_WAITING

from wswarm.drive.live import wire
from wswarm.errors import PlanError
from wswarm.locust.script import Message, Wanted

if TYPE_CHECKING:
    from wswarm.locust.seat import Seat

_ROLES: dict[str, wire.Role] = {"connect": "connect", "echo": "echo", "fanout": "subscribe"}


class NoReply(RescheduleTask):
    """What was expected did not come in time: counted as a failure; the task begins anew."""


def stay(user: "WebSocketUser") -> None:
    """Keep the connection until Locust stops the user; a user whose connection is lost stops."""
    user.connect()
    user.sleep_until_ended()
    raise StopUser


class WebSocketUser(User):
    """One WebSocket connection; subclass it.

    A class without tasks does what its `scenario` says. A class with tasks says and expects messages itself, by
    `send`, `expect` and `request`.

    Attributes:
        scenario: `connect` opens and holds, `echo` sends and times the replies, `fanout` subscribes to broadcasts
            that publishers of ours send.
        url: A complete address, or a path on Locust's host; `{id}` is the connection's number, unique over all
            workers. `None`: Locust's host, with the profile's path if there is a profile.
        profile: The reference application's endpoint: `echo`, `items`, `chat`.
        rate: Messages per s of all users of the class together, in `fanout` of the publishers; a number, or `2k/s`.
        rate_per_user: Messages per s of each user, in `echo`; 1 if neither is given.
        text: Template of the message: `{marker}` and `{id}` are replaced; bytes go out as binary frames.
        publishers: In `fanout`: sockets that publish, outside the user count.
        settings: Any other setting of `wswarm.load.plan.Plan`, such as `headers` or `subprotocols`.
    """

    abstract = True
    scenario: Literal["connect", "echo", "fanout"] | None = None
    url: str | None = None
    profile: str | None = None
    rate: float | str | None = None
    rate_per_user: float | str | None = None
    text: str | bytes | None = None
    publishers = 1
    settings: ClassVar[Mapping[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = [task for task in cls.tasks if task is not stay]
        cls.tasks = own or [stay]

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._seat: Seat | None = None

    @classmethod
    def role(cls) -> wire.Role:
        """Return what the connections of this class do.

        Raises:
            PlanError: the class does not say.
        """
        if cls.tasks != [stay]:
            return "script"
        if cls.scenario not in _ROLES:
            raise PlanError(
                f"{cls.__name__}.scenario {cls.scenario!r}: choose connect, echo or fanout, or give the class tasks"
            )
        return _ROLES[cls.scenario]

    @classmethod
    def hears_messages(cls) -> bool:
        """Return whether the class wants to see every message."""
        return cls.on_message is not WebSocketUser.on_message

    @property
    def connection_id(self) -> int | None:
        """The number that replaced `{id}`; `None` before connecting."""
        return self._seat.connection_id if self._seat is not None else None

    def on_start(self) -> None:
        """Connect."""
        self.connect()

    def on_message(self, message: Message) -> None:
        """Handle a message; override it. All users of a worker share one greenlet for this: do not wait in it."""

    def connect(self) -> None:
        """Connect, if that has not been done; the user stops if it fails."""
        if self._seat is None:
            station = self.environment.wswarm_station
            self._seat = station.seat(self)
            self._sleeping(self._seat.decided.wait)
        if self._seat.failure is not None:
            self._give_up()

    def sleep_until_ended(self) -> None:
        """Return when the connection is lost."""
        if self._seat is not None:
            self._sleeping(self._seat.ended.wait)
            self._give_up()

    def send(self, message: str | bytes) -> None:
        """Send a message; the time until what `expect` gets next counts from when the agent sends it.

        Raises:
            StopUser: the connection is lost.
        """
        self.connect()
        assert self._seat is not None
        if self._seat.ended.is_set():
            self._give_up()
        self._seat.say(message.encode() if isinstance(message, str) else message)

    def expect(self, wanted: Wanted = None, *, timeout: float = 10.0, name: str = "reply") -> Message:
        """Return the next message that is wanted, and record the time since the last `send` under the name.

        Args:
            wanted: Text that it holds, or a function that says true of it; `None`: any message.
            timeout: s.

        Raises:
            NoReply: none came in time, which is recorded as a failure.
            StopUser: the connection was lost, which is recorded too.
        """
        self.connect()
        assert self._seat is not None
        try:
            message = self._seat.expect(wanted, timeout, name)
        except TimeoutError:
            raise NoReply from None
        if message is None:
            self._give_up()
            raise StopUser
        return message

    def request(
        self, message: str | bytes, wanted: Wanted = None, *, timeout: float = 10.0, name: str = "reply"
    ) -> Message:
        """Send, then expect: see both."""
        self.send(message)
        return self.expect(wanted, timeout=timeout, name=name)

    def _give_up(self) -> None:
        """Stop this user, but not before all are there: Locust would start another in its place, again and again."""
        assert self._seat is not None
        self._sleeping(self._seat.station.spawned.wait)
        raise StopUser

    def _sleeping(self, wait: Callable[[], object]) -> None:
        """Wait as a user that may be stopped at any time."""
        if gevent.getcurrent() is not self._greenlet:
            wait()
            return
        state, self._state = self._state, LOCUST_STATE_WAITING
        wait()
        self._state = state if state is not None else LOCUST_STATE_RUNNING


class EchoUser(WebSocketUser):
    """Sends to the echo of the reference application and times the replies."""

    abstract = True
    scenario = "echo"
    profile = "echo"


class ItemsUser(WebSocketUser):
    """Sends to the reference application's endpoint with dependencies and times the replies."""

    abstract = True
    scenario = "echo"
    profile = "items"


class ChatUser(WebSocketUser):
    """Subscribes to the chat of the reference application; publishers of ours send to it."""

    abstract = True
    scenario = "fanout"
    profile = "chat"


class ConnectUser(WebSocketUser):
    """Connects to the echo of the reference application, and holds the connection."""

    abstract = True
    scenario = "connect"
    profile = "echo"
