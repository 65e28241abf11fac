"""The tokens that somebody brings, and what is handed on instead: behind the door nothing knows a token."""

from collections.abc import Iterator
from urllib.parse import quote, unquote_plus

from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import HTTPConnection
from starlette.types import Scope

COOKIE = "session"
PARAMETER = "token"


def presented(scope: Scope) -> Iterator[str]:
    """The tokens of ``Authorization: Bearer …``, of the query's ``token`` and of the cookie ``session``.

    Three at most, of several in the query the last: each is compared with all, so nobody may bring thousands.
    """
    connection = HTTPConnection(scope)
    scheme, token = get_authorization_scheme_param(connection.headers.get("authorization"))
    if scheme.lower() == "bearer":
        yield token
    if PARAMETER in connection.query_params:
        yield connection.query_params[PARAMETER]
    if COOKIE in connection.cookies:
        yield connection.cookies[COOKIE]


def signed(scope: Scope, user: str) -> Scope:
    """The scope with the user's name, percent-encoded, where tokens were; what is no token stays as it is."""
    name = quote(user).encode()
    headers = [
        (key, _HEADERS[key](value, name) if key in _HEADERS else value) for key, value in scope["headers"]
    ]
    return {**scope, "headers": headers, "query_string": _query(scope["query_string"], name)}


def _authorization(value: bytes, name: bytes) -> bytes:
    return b"Bearer " + name if value[:7].lower() == b"bearer " else value


def _cookies(value: bytes, name: bytes) -> bytes:
    pairs = (pair.partition(b"=") for pair in value.split(b";"))
    return b";".join(
        key + sign + (name if sign and key.strip() == COOKIE.encode() else before)
        for key, sign, before in pairs
    )


def _query(query: bytes, name: bytes) -> bytes:
    pairs = (pair.partition(b"=") for pair in query.split(b"&"))
    return b"&".join(
        key + b"=" + name if unquote_plus(key.decode("latin-1")) == PARAMETER else key + sign + before
        for key, sign, before in pairs
    )


_HEADERS = {b"authorization": _authorization, b"cookie": _cookies}
