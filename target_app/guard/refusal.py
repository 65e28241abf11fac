"""How somebody is refused: before a WebSocket is accepted by an HTTP status, or after it by a close code."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from target_app.guard.guesses import MEMORY_S

_BEARER = ("www-authenticate", "Bearer")
_LATER = ("retry-after", "5")  # seconds
_IN_A_MINUTE = ("retry-after", f"{MEMORY_S:g}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way to refuse.

    Attributes:
        status: of HTTP.
        code: of the close frame.
        text: why: the body, or the close frame's reason.
        headers: beside it.
    """

    status: int
    code: int
    text: str
    headers: tuple[tuple[str, str], ...] = ()


REFUSALS: Mapping[str, Refusal] = {
    "origin": Refusal(403, 1008, "this origin is not known here"),
    "token": Refusal(401, 1008, "a token is required", (_BEARER,)),
    "connections": Refusal(503, 1013, "the server is full: try again later", (_LATER,)),
    "address": Refusal(429, 1008, "too many connections from this address", (_LATER,)),
    "user": Refusal(429, 1008, "too many connections of this user", (_LATER,)),
    "guesses": Refusal(
        429, 1008, "too many wrong tokens from this address: try again in a minute", (_IN_A_MINUTE,)
    ),
}


def answer(refusal: Refusal) -> Response:
    """The answer to a request."""
    return PlainTextResponse(f"{refusal.text}\n", refusal.status, dict(refusal.headers))


async def refuse_before(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the handshake with the status, or with 403 where a server can't send another."""
    await receive()
    if "websocket.http.response" in scope.get("extensions", {}):
        await answer(refusal)(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": refusal.code, "reason": refusal.text})


async def refuse_after(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Accept the handshake, and close at once.

    With the first subprotocol that the client speaks: without one a browser calls the handshake failed.
    """
    await receive()
    await send({"type": "websocket.accept", "subprotocol": next(iter(scope["subprotocols"]), None)})
    await send({"type": "websocket.close", "code": refusal.code, "reason": refusal.text})
