"""`wswarm inspect`: what a server says by itself, which protocol it speaks, and the command to go on with."""

import argparse
from urllib.parse import urlsplit, urlunsplit

from wswarm.cli import grammar
from wswarm.cli.terminal import say
from wswarm.errors import PlanError, TargetError
from wswarm.experiment.inspection import Found, Look, inspect
from wswarm.experiment.mends import mend
from wswarm.experiment.own_profile import with_own_profile
from wswarm.experiment.refusals import in_words
from wswarm.load.manner import Manner, converted
from wswarm.load.profiles.settings import needs, written
from wswarm.report import inspection as report
from wswarm.report.inspection import Fit
from wswarm.results import redact

_NOT_OF_A_MANNER = ("command", "url", "patience")


def show(parsed: argparse.Namespace) -> int:
    """Print what the server does.

    Raises:
        PlanError: a setting can't be. TargetError: nothing opened.
    """
    given = {name: value for name, value in vars(parsed).items() if name not in _NOT_OF_A_MANNER}
    if parsed.patience <= 0:
        raise PlanError(f"--patience {parsed.patience:g} must be a time above 0")
    manner = converted(with_own_profile(grammar.messages(given)) | {"url": parsed.url}, Manner)
    found = inspect(manner, parsed.patience)
    say("\n".join(lines(redact.address(parsed.url), found, parsed.patience)))
    plain = found.plain
    if not _has_opened(found):
        why = plain.failure or "no answer"
        told = f"nothing opened: {in_words(why, plain.said)}"
        raise TargetError(redact.address(f"{told}; {manner.address}: {mend(why, plain.said, manner)}"))
    return 0


def lines(url: str, found: Found, seconds: float) -> list[str]:
    """Return all that is to be told."""
    plain = found.plain
    fits = [_fit(name, found) for name in found.spoken]
    is_open = plain.is_ready and plain.code is None
    return [
        f"wswarm inspect · {url}",
        "",
        *report.by_itself(plain.lines, is_open=is_open, failure=plain.failure, seconds=seconds),
        "",
        *report.protocols(fits),
        *(["", *_advice(url, found, fits)] if _has_opened(found) else _elsewhere(url, found.opens_at)),
    ]


def _elsewhere(url: str, path: str | None) -> list[str]:
    if path is None:
        return []
    at = urlunsplit((*urlsplit(url)[:2], *urlsplit(path)[2:4], ""))
    return ["", f"It opens at {path}: look there", f"  wswarm inspect '{at}'"]


def _has_opened(found: Found) -> bool:
    return found.plain.is_ready or any(is_spoken for is_spoken, _ in found.spoken.values())


def _advice(url: str, found: Found, fits: list[Fit]) -> list[str]:
    return report.advice(url, fits, hello=_hello(found.plain), echoes=found.echoes, relays=found.relays)


def _hello(plain: Look) -> str | None:
    return next((line.words for line in plain.lines if line.kind == "<"), None)


def _fit(name: str, found: Found) -> Fit:
    protocol, (is_spoken, why) = found.protocols[name], found.spoken[name]
    scenario = "fanout" if protocol.message else "echo" if protocol.echo else "connect"
    wanted = [written(one).replace("=…", "='…'") for one in needs(protocol, scenario) or ()]
    options = [f"{one} '…'" if one in ("--topic", "--event") else one for one in wanted]
    return Fit(name, is_spoken, why, protocol.about, scenario, options)
