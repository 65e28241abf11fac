"""Publishers of their own: at another address than the subscribers, with other headers."""

from collections.abc import Sequence

from wswarm.errors import PlanError
from wswarm.load.fill import with_any_variables
from wswarm.load.manner import Manner, check_handshake_headers
from wswarm.load.url import check_url

_OF_TLS = {"insecure": False, "cacert": None, "cert": None, "key": None, "sni": None}


def check_publishers(scenario: str, url: str | None, headers: Sequence[str]) -> None:
    """Check what is said of publishers alone.

    Raises:
        PlanError: it can't be, or there are no publishers.
    """
    given = {"--publisher-url": url, "--publisher-header": headers}
    for option in (option for option, value in given.items() if value):
        if scenario != "fanout":
            raise PlanError(f"{option} is for publishers, which only fanout has; leave it out of {scenario}")
    if url is not None:
        check_url(with_any_variables(url))
    check_handshake_headers(headers, "--publisher-header")


def is_wss(url: str) -> bool:
    """Return whether that is an address of WebSockets over TLS."""
    return url.lower().startswith("wss:")


def elsewhere(manner: Manner, url: str, headers: Sequence[str]) -> Manner:
    """Return the manner at another address, with these headers in place of its own of the same names.

    Where it can't use TLS there, its options are left out.
    """
    settings = {name: getattr(manner, name) for name in Manner.__struct_fields__} | {"url": url}
    names = {_name(header) for header in headers}
    settings["headers"] = (*(own for own in manner.headers if _name(own) not in names), *headers)
    if not is_wss(url) and not manner.follow:
        settings |= _OF_TLS
    return Manner(**settings)


def _name(header: str) -> str:
    return header.partition(":")[0].lower()
