"""One connection's conversation before the load: steps in their order, as a state that messages advance."""

from collections.abc import Sequence

from wswarm.load.fill import fill, fill_bytes
from wswarm.load.pattern import Split, filled_pattern, messages_in
from wswarm.load.profiles.protocol import Wrap
from wswarm.load.steps import Step
from wswarm.load.take import take
from wswarm.load.template import Opening, in_bytes


class Conversation:
    """What is said, what is waited for, what was found.

    Args:
        steps: Checked by `check_steps`.
        values: What names stand for; values that are taken come to them.
        escape: Whether messages hold escapes.
        names: Of the first steps, those of a profile; "" for what has none. The others are numbered, from 1.
        split: Returns the messages in a frame. `wrap`: what is said, as it is sent.

    Attributes:
        values: What names stand for so far.
        step: Number of the step that is waited for, from 1; `label`: how it is told; `own_step`: its number among
            those that have one, `None` for one of a profile.
        is_over: Whether all steps are done.
        skipped: Messages that came and matched no step; `passed`: those of the last frame.
        rest: Messages that came in one frame with the last that was waited for, after it.
        failure: Why it can't go on; `None` if it can.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        values: dict[str, str],
        *,
        escape: bool = False,
        names: Sequence[str] = (),
        split: Split = messages_in,
        wrap: Wrap | None = None,
    ) -> None:
        self.values = values
        self.skipped = 0
        self.passed: list[bytes] = []
        self.rest: list[bytes] = []
        self.failure: str | None = None
        self._steps, self._escape = steps, escape
        self._names, self._split, self._wrap = names, split, wrap
        self._at = 0

    @property
    def step(self) -> int:
        return self._at + 1

    @property
    def own_step(self) -> int | None:
        return self.step - len(self._names) if self._at >= len(self._names) else None

    @property
    def label(self) -> str:
        if self._at >= len(self._names):
            return f"step {self.own_step}"
        return fill(self._names[self._at] or self._steps[self._at].value, self.values)

    @property
    def is_over(self) -> bool:
        return self._at >= len(self._steps)

    def go_on(self) -> list[Opening]:
        """Return what is to be said before the next message is waited for."""
        said = []
        while not self.is_over and self._steps[self._at].kind.startswith("say"):
            said.append(self._said(self._steps[self._at]))
            self._at += 1
        return said

    def hear(self, frame: bytes) -> list[Opening]:
        """Take in what came while a message is waited for; return what is to be said in answer.

        Of several messages in a frame each may be what one step waits for; what we have said since a frame came is
        answered by none of it.
        """
        messages, at = self._split(frame), 0
        self.passed = []
        while not self.is_over and self.failure is None and self._steps[self._at].kind == "expect":
            found = self._found(messages, at)
            if found is None and at == 0 and self._matches(frame):
                found, messages = 0, [frame]
            if found is None:
                break
            self.passed += messages[at:found]
            self._at += 1
            self._take(messages[found], frame)
            at = found + 1
            if not self.is_over and self._steps[self._at].kind != "expect":
                break
        if self.is_over:
            self.rest = messages[at:]
        else:
            self.passed += messages[at:]
        self.skipped += len(self.passed)
        return self.go_on() if at and self.failure is None else []

    def _found(self, messages: list[bytes], at: int) -> int | None:
        return next((place for place in range(at, len(messages)) if self._matches(messages[place])), None)

    def _matches(self, message: bytes) -> bool:
        return bool(filled_pattern(self._steps[self._at].value, self.values)(message))

    def _take(self, message: bytes, frame: bytes) -> None:
        """Do the steps that take values out of the message, or out of the frame that it came in."""
        while not self.is_over and self._steps[self._at].kind == "take":
            name, taker = take(self._steps[self._at].value)
            value = taker(message)
            if value is None:
                value = taker(frame)
            if value is None:
                self.failure = f"no {name} in the message"
                return
            self.values[name] = value
            self._at += 1

    def _said(self, step: Step) -> Opening:
        message = fill_bytes(in_bytes(step.value, "--say", escape=self._escape), self.values)
        is_binary = step.kind == "say-binary"
        return Opening(message if self._wrap is None else self._wrap(message), is_binary=is_binary)
