"""What a look at a server showed, in words, and the command to go on with."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from wswarm.report import format as show
from wswarm.results.progress import Traced

LINES = 12
_WIDTH = 100


class Fit(NamedTuple):
    """How one protocol fits.

    Attributes:
        is_spoken: Whether the server speaks it; `None`: nothing tells.
        why: What the server did.
        about: The protocol, in a few words.
        scenario: Which to load it with.
        needs: What has to be given to load it, as options with a word for their value.
    """

    name: str
    is_spoken: bool | None
    why: str
    about: str
    scenario: str
    needs: Sequence[str] = ()


def by_itself(lines: Sequence[Traced], *, is_open: bool, failure: str | None, seconds: float) -> list[str]:
    """Return what a connection saw that said nothing."""
    told = ["By itself"]
    told += [f"  {line.after_s:+.3f} s {line.kind} {show.printable(line.words)}" for line in lines[:LINES]]
    if len(lines) > LINES:
        told.append(f"  … and {len(lines) - LINES} more")
    if failure is not None:
        told.append(f"  it did not open: {show.printable(failure)}")
    elif is_open:
        told.append(f"  still open after {seconds:g} s")
    return told


def protocols(fits: Sequence[Fit]) -> list[str]:
    """Return how each protocol fits, those that do first."""
    order = {True: 0, None: 1, False: 2}
    width = max((len(fit.name) for fit in fits), default=0)
    signs = {True: "yes", None: "?", False: "no"}
    return [
        "Protocols",
        *(
            show.shortened(
                f"  {fit.name:<{width}}  {signs[fit.is_spoken]:<3}  {show.printable(fit.why)}", _WIDTH
            )
            for fit in sorted(fits, key=lambda fit: order[fit.is_spoken])
        ),
    ]


def advice(url: str, fits: Sequence[Fit], *, hello: str | None, echoes: bool, relays: bool) -> list[str]:
    """Return what to run.

    Args:
        hello: What it says by itself, `None` for nothing.
        echoes: Whether it sent a plain message back. `relays`: to another connection.
    """
    spoken = [fit for fit in fits if fit.is_spoken]
    lines = []
    for fit in spoken:
        options = "".join(f" {option}" for option in fit.needs)
        rate = "" if fit.scenario == "connect" else " -r 5/s"
        command = f"wswarm {fit.scenario} '{url}' --profile {fit.name}{options} -c 100{rate}"
        lines += [f"It speaks {fit.name}: {fit.about}", f"  {command}"]
    if not spoken and relays:
        lines += ["It relays plain messages to everybody", f"  wswarm fanout '{url}' -c 100 -r 5/s"]
    elif not spoken and echoes:
        lines += ["It sends plain messages back", f"  wswarm echo '{url}' -c 10 -r 100/s"]
    elif not spoken:
        lines += [
            "It speaks none of these by itself: say what it wants in steps, and look at the conversation",
            f"  wswarm connect '{url}' -c 1 -d 3s --trace 1{_after(hello)} --say '…' --expect '…'",
        ]
        if hello is None:
            lines += [
                "If it only passes on what is published by HTTP, say how",
                f"  wswarm fanout '{url}' --publish 'POST http://…' --publish-body '{{marker}}' -c 100 -r 5/s",
            ]
    return lines


def _after(hello: str | None) -> str:
    """Return the option that waits for what it says by itself."""
    if not hello:
        return ""
    word = re.search(r"[A-Za-z]{3,}", hello)
    return f" --expect '{word[0]}'" if word is not None else ""
