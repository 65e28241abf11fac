"""Publishers of their own: at another address than the subscribers, with other headers."""

import re
from typing import NamedTuple

from wswarm.errors import PlanError
from wswarm.load.fill import with_any_variables
from wswarm.load.headers import check_handshake_headers
from wswarm.load.manner import Manner
from wswarm.load.steps import Step, check_steps
from wswarm.load.url import check_url
from wswarm.results.scenario import BROADCASTS

_OF_STEPS = re.compile("--(say-binary|say|expect|take)")
_OF_TLS = {"insecure": False, "cacert": None, "cert": None, "key": None, "sni": None}


class Publishers(NamedTuple):
    """What is said of publishers alone, as a plan has it; `number`: how many they are, where that is said."""

    url: str | None
    headers: tuple[str, ...]
    steps: tuple[Step, ...]
    number: int = 1


NOBODY = Publishers(None, (), ())


def check_publishers(scenario: str, publishers: Publishers, *, escape: bool) -> None:
    """Check what is said of publishers alone.

    Raises:
        PlanError: it can't be, or there are no publishers.
    """
    first = f"--publisher-{publishers.steps[0].kind}" if publishers.steps else ""
    given = {
        f"--publishers {publishers.number}": publishers.number != 1,
        "--publisher-url": publishers.url,
        "--publisher-header": publishers.headers,
        first: first,
    }
    for option in (option for option, value in given.items() if value):
        if scenario not in BROADCASTS:
            raise PlanError(f"{option} is for publishers, which only fanout has; leave it out of {scenario}")
    if publishers.url is not None:
        check_url(with_any_variables(publishers.url))
    check_handshake_headers(publishers.headers, "--publisher-header")
    try:
        check_steps(publishers.steps, escape=escape)
    except PlanError as error:
        raise PlanError(_OF_STEPS.sub(r"--publisher-\1", str(error))) from None


def is_wss(url: str) -> bool:
    """Return whether that is an address of WebSockets over TLS."""
    return url.lower().startswith("wss:")


def elsewhere(manner: Manner, url: str, publishers: Publishers = NOBODY) -> Manner:
    """Return the manner at another address, with what is said of publishers in place of its own.

    Headers take the place of those of the same names, steps of the whole conversation before the load. Where it can't
    use TLS there, its options are left out.
    """
    settings = {name: getattr(manner, name) for name in Manner.__struct_fields__} | {"url": url}
    names = {_name(header) for header in publishers.headers}
    kept = (own for own in manner.headers if _name(own) not in names)
    settings["headers"] = (*kept, *publishers.headers)
    if publishers.steps:
        settings |= {"steps": publishers.steps, "on_open": (), "on_open_binary": ()}
    if not is_wss(url) and not manner.follow:
        settings |= _OF_TLS
    return Manner(**settings)


def _name(header: str) -> str:
    return header.partition(":")[0].lower()
