"""The conversation before the load, as its user gave it: what to say, what to wait for, what to take out of it."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from wswarm.errors import PlanError
from wswarm.load.fill import with_any_values
from wswarm.load.pattern import pattern
from wswarm.load.take import take
from wswarm.load.template import check_utf8, in_bytes

Kind = Literal["say", "say-binary", "expect", "take"]


class Step(NamedTuple):
    """One step, written `("say", "hello")`.

    Attributes:
        kind: `say` a text (`say-binary`: a binary frame), wait for a message that matches (`expect`), `take` a value
            out of the message that the expectation before it found.
        value: The message, the pattern, or `NAME=$.path`; names in braces are replaced.
    """

    kind: Kind
    value: str


def check_steps(steps: Sequence[Step], *, escape: bool) -> None:
    """Check that the steps can be followed.

    Raises:
        PlanError: a message, a pattern or a path can't be, or there is no message to take from.
    """
    has_expected = False
    for number, step in enumerate(steps, 1):
        if step.kind == "expect":
            has_expected = True
            pattern(with_any_values(step.value))
        elif step.kind == "take":
            if not has_expected:
                raise PlanError(
                    f"--take {step.value!r} (step {number}) has no message to take from: put --expect before it"
                )
            take(step.value)
        else:
            option = f"--{step.kind}"
            message = in_bytes(step.value, option, escape=escape)
            if step.kind == "say":
                check_utf8(message, option, "give it as --say-binary")
