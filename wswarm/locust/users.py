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

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any, Literal, NoReturn

import gevent
from locust import User
from locust.env import Environment
from locust.exception import RescheduleTask, StopUser
from locust.user.task import LOCUST_STATE_RUNNING, LOCUST_STATE_WAITING

from wswarm.drive.fleet import wire
from wswarm.errors import PlanError
from wswarm.locust.manner import OF_EACH_USER
from wswarm.locust.script import Message, Wanted
from wswarm.locust.worker.inbox import Sending
from wswarm.locust.worker.seat import Home, Seat

adopters: list[Callable[[Environment], None]] = []  # called with the environment of the first user in it
_ROLES: dict[str, wire.Role] = {"connect": "connect", "echo": "echo", "fanout": "subscribe"}


class NoReply(RescheduleTask):
    """What was expected did not come in time: counted as a failure; the task begins anew."""


def stay(user: "WebSocketUser") -> None:
    """Keep the connection until Locust stops the user; a user whose connection is lost stops."""
    user.sleep_until_ended()


def _quietly(on_stop: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return an `on_stop` that ends where the connection is lost or no reply comes, instead of raising."""

    @wraps(on_stop)
    def quiet(user: Any) -> None:
        with suppress(StopUser, RescheduleTask):
            on_stop(user)

    return quiet


def _unlogged(on_start: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return an `on_start` that ends a user whose connection failed without the traceback that Locust would log."""

    @wraps(on_start)
    def unlogged(user: Any) -> None:
        try:
            on_start(user)
        except StopUser:
            raise gevent.GreenletExit from None

    return unlogged


def _adopt(environment: Environment) -> None:
    """See to it that the environment is ours, whoever made it."""
    if not hasattr(environment, "wswarm_station"):
        for adopt in adopters:
            adopt(environment)


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
        publishers: In `fanout`: sockets that publish, outside the user count; with rooms, in each.
        rooms: Connection `{id}` is in room `{id}` mod `rooms`, which `{room}` names; in `fanout` each is an audience.
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
    rooms = 1
    settings: Mapping[str, Any] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = [task for task in cls.tasks if task is not stay]
        cls.tasks = own or [stay]
        if "on_stop" in cls.__dict__:
            cls.on_stop = _quietly(cls.on_stop)  # type: ignore[method-assign]
        if "on_start" in cls.__dict__:
            cls.on_start = _unlogged(cls.on_start)  # type: ignore[method-assign]

    def __init__(self, environment: Environment) -> None:
        self._seat: Seat | None = None
        self._is_changed = False
        super().__init__(environment)
        _adopt(environment)
        station: Home = environment.wswarm_station  # type: ignore[attr-defined]
        if not station.is_for_one:
            station.attendance.note_user()

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; what says how to connect has to be set before that, or `connect` does it again.

        Raises:
            PlanError: the connection is open, and nothing will connect again.
        """
        if name in OF_EACH_USER and getattr(self, "_seat", None) is not None:
            if type(self).role() != "script":
                raise PlanError(
                    f"{type(self).__name__}.{name} is set when the connection is open already: set it in __init__,"
                    " or in on_start before connect(), or call connect(url)"
                )
            self._is_changed = True
        super().__setattr__(name, value)

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

    @_unlogged
    def on_start(self) -> None:
        """Connect; a class with tasks that gives no `url` does so when it first sends, expects or connects."""
        if self.url is not None or type(self).role() != "script":
            self._connected()

    def on_message(self, message: Message) -> None:
        """Handle a message; override it. All users of a worker share one greenlet for this: do not wait in it."""

    def connect(self, url: str | None = None) -> None:
        """Connect, to `url` from now on if it is given; the user stops if it fails.

        A connection that is open and as the user's attributes say is kept. One that is not is closed first, and one
        that was lost is opened anew.
        """
        if url is not None and url != self.url:
            object.__setattr__(self, "url", url)
            self._is_changed = True
        seat = self._seat
        if seat is None or seat.ended.is_set() or self._is_changed:
            self._open()
        self._check_open()

    def _open(self) -> None:
        before, self._is_changed = self._seat, False
        station: Home = self.environment.wswarm_station
        own = station.own(self)
        if before is not None and not before.ended.is_set() and own == before.own:
            return
        if before is not None:
            station.leave(before)
        self._seat = station.seat(self, own)
        self._sleeping(self._seat.decided.wait)

    def _connected(self) -> Seat:
        """Return the connection, which is opened if that was not tried yet."""
        if self._seat is None or self._is_changed:
            self.connect()
        self._check_open()
        assert self._seat is not None
        return self._seat

    def _check_open(self) -> None:
        """Stop the user if its connection did not open."""
        if self._seat is not None and self._seat.failure is not None:
            self._give_up()

    def sleep_until_ended(self) -> None:
        """Return when the connection is lost."""
        seat = self._connected()
        self._sleeping(seat.ended.wait)
        while seat is not self._seat:  # another has taken its place
            seat = self._connected()
            self._sleeping(seat.ended.wait)
        self._give_up()

    def send(self, message: str | bytes) -> None:
        """Send a message, bytes as a binary frame.

        The time until what `expect` gets next counts from when the agent sends it.

        Raises:
            StopUser: the connection is lost.
        """
        self._say(message)

    def expect(self, wanted: Wanted = None, *, timeout: float = 10.0, name: str = "reply") -> Message:
        """Return the next message that is wanted, and record the time since the last `send` under the name.

        What came before that is no answer to it. If nothing was sent since the last `expect`, the oldest message that
        is wanted and came since what was taken last, with the time from this call: 0 if it was there already.

        Args:
            wanted: Text that it holds, a pattern, or a function that says true of it; `None`: any message.
            timeout: s.

        Raises:
            NoReply: none came in time, which is recorded as a failure.
            StopUser: the connection was lost, which is recorded too.
        """
        return self._expect(wanted, timeout, name, None)

    def request(
        self, message: str | bytes, wanted: Wanted = None, *, timeout: float = 10.0, name: str = "reply"
    ) -> Message:
        """Send, then expect an answer to just this: see both."""
        return self._expect(wanted, timeout, name, [self._say(message)])

    def _say(self, message: str | bytes) -> Sending:
        seat = self._connected()
        if seat.ended.is_set():
            self._give_up()
        return seat.say(message)

    def _expect(
        self, wanted: Wanted, timeout: float, name: str, sendings: Sequence[Sending] | None
    ) -> Message:
        seat = self._connected()
        if not seat.keeps_messages:
            raise PlanError(
                f"{type(self).__name__} expects a message, but hears none: give the class tasks that send and expect,"
                " or an on_message"
            )
        try:
            message = seat.expect(wanted, timeout, name, sendings)
        except TimeoutError:
            raise NoReply from None
        if message is None:
            self._give_up()
        return message

    def _give_up(self) -> NoReturn:
        """Stop this user, but not before all are there: Locust would start another in its place, again and again."""
        assert self._seat is not None
        self._sleeping(self._seat.station.attendance.wait)
        self._seat.station.explain(self._seat)
        raise StopUser

    def _sleeping(self, wait: Callable[[], object]) -> None:
        """Wait as a user that may be stopped at any time."""
        if gevent.getcurrent() is not self._greenlet:
            wait()
            return
        state, self._state = self._state, LOCUST_STATE_WAITING
        wait()
        self._state = state if state is not None else LOCUST_STATE_RUNNING
