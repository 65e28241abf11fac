"""What a profile is: how to speak one protocol, as data and at most a few pure functions.

Templates hold names in braces. Those of the profile's settings, `{topic}`, `{event}` and `{payload}` are filled in
first, escaped as their place wants: `{topic|json}` inside a JSON string, `{topic|json|json}` inside a JSON string
that is inside a JSON string, `{topic|url}` in an address, `{topic|regex}` in a regular expression. All others are a
connection's own, see `load.fill`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from wswarm.load.profiles.reader import Reader
from wswarm.load.steps import Kind

Derive = Callable[[Mapping[str, str]], Mapping[str, str]]
Wrap = Callable[[bytes], bytes]
NewReader = Callable[[Mapping[str, str]], Reader]
Vary = Callable[[tuple[bytes, ...], Mapping[str, str]], Iterable[bytes]]


class Setting(msgspec.Struct, frozen=True):
    """What a user may say of it: `--topic`, `--event`, or `--set NAME=VALUE`.

    Attributes:
        about: In a few words.
        default: Its value unless given; `None`: none.
        is_secret: Whether it stands in no output; its name has to say so, too: `auth`, `password`, `token`.
    """

    about: str
    default: str | None = None
    is_secret: bool = False


class Line(msgspec.Struct, frozen=True):
    """One step of the conversation before the load, see `load.steps`.

    Attributes:
        name: Of an expectation, by which its failure is told: `no answer to CONNECT`; "": as its pattern.
        needs: Settings without which it is left out.
    """

    kind: Kind
    value: str
    name: str = ""
    needs: tuple[str, ...] = ()


class Refusal(msgspec.Struct, frozen=True):
    """A message that means no.

    Attributes:
        pattern: See `load.pattern`.
        words: Where in the message the server says why, as `$.json.path`, or words of ours for it; "": the pattern's
            first group, or all of the message.
    """

    pattern: str
    words: str = ""


class Reply(msgspec.Struct, frozen=True):
    """What is said as often as a message comes that matches."""

    to: str
    message: str


class Timer(msgspec.Struct, frozen=True):
    """What is said once in a while.

    Attributes:
        every: A duration, as in `30s`; names in braces as everywhere. 0: never.
    """

    every: str
    message: str


class Protocol(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol.

    Attributes:
        about: One line.
        path: Of a URL that has none. `query`: parameters that the URL gets unless it has them; one whose setting has
            no value is left out.
        is_below: Whether the path is appended to the URL's own.
        subprotocols: Offered, unless the user offers some.
        sends_origin: Whether an Origin of the target's own is sent unless the user gives one.
        settings: By name; the topic and the event are among them.
        instead_of: What `inspect` finds where that other one is not spoken.
        steps: Of those who subscribe, and of those who only connect, as far as their settings are given.
        inspection: What `inspect` says, and what answers it, where nothing is said before there is a topic.
        publisher_steps: Of those who publish. `echo_steps`: of those who wait for replies; `None`: as publishers.
        subscriber_needs: Settings without which there is nothing to subscribe to. `sender_needs`: without which there
            is nothing to send to, besides those that stand in what is sent.
        message: What publishers say; `{payload}` is the user's message. "": it has no fan-out.
        echo: What those say who wait for replies. "": it has no echo.
        unlike: Why it has no `echo`, or no `fanout`, and what to do.
        payload: What the user's message is in it: a `json` value (a text becomes a string), a JSON `object` (a text
            becomes its member `text`; `{members}` are what is within its braces), or as it is (`text`).
        announced: What is said before each binary message, which then is the user's alone: with `--binary`.
        answers, timers, refusals: While a connection lasts. `chatter`: what needs no answer.
        is_binary: Whether all goes out as binary frames.
        needs_canary: Whether nothing tells when a subscriber is one: the load begins when each has had a message.
        ends: What ends a message of the protocol within a frame: the frame, a line, or a record's 0x1E.
        not_replies: Marked messages that hold this are no replies.
        code: The Python file of the functions that follow; "": a module of wswarm.
        derive: Returns more settings by those that are there. `wrap`: what is said, filled, as it is sent.
        reader: Returns by the settings what reads one connection's messages out of its frames, in readable form, in
            the place of `ends`: where frames may end within a message, or are no text.
        vary: Returns by the settings the parts of the message between its marks, anew for each, where more differs
            than they, such as a number.
    """

    name: str
    about: str
    path: str = ""
    query: str = ""
    is_below: bool = False
    subprotocols: tuple[str, ...] = ()
    sends_origin: bool = False
    settings: dict[str, Setting] = {}
    instead_of: str = ""
    steps: tuple[Line, ...] = ()
    inspection: tuple[Line, ...] = ()
    publisher_steps: tuple[Line, ...] = ()
    echo_steps: tuple[Line, ...] | None = None
    subscriber_needs: tuple[str, ...] = ()
    sender_needs: tuple[str, ...] = ()
    message: str = ""
    echo: str = ""
    unlike: dict[str, str] = {}
    payload: Literal["json", "object", "text"] = "json"
    announced: str = ""
    answers: tuple[Reply, ...] = ()
    timers: tuple[Timer, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    chatter: tuple[str, ...] = ()
    is_binary: bool = False
    needs_canary: bool = False
    ends: Literal["frame", "line", "record"] = "frame"
    not_replies: tuple[str, ...] = ()
    code: str = ""
    derive: Derive | None = None
    wrap: Wrap | None = None
    reader: NewReader | None = None
    vary: Vary | None = None
