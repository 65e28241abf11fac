"""Dependencies in a WebSocket endpoint: ``/items/{item_id}/ws`` asks for a cookie or token."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Query, WebSocket, WebSocketException, status

from target_app.conversation import conversation, receive_text

router = APIRouter()


async def cookie_or_token(
    session: Annotated[str | None, Cookie()] = None,
    token: Annotated[str | None, Query()] = None,
) -> str:
    """The cookie ``session``, or else the query's ``token``.

    An empty one counts as missing: it proves nothing, and a form sends it when nobody filled it in.

    Raises:
        WebSocketException: both are missing. It is raised before the connection is accepted, so the peer gets
            HTTP 403; a browser reports 1006, never this 1008.
    """
    value = session or token
    if not value:
        raise WebSocketException(status.WS_1008_POLICY_VIOLATION, "a session cookie or a token is required")
    return value


@router.websocket("/items/{item_id}/ws")
async def items(
    websocket: WebSocket,
    item_id: str,
    credential: Annotated[str, Depends(cookie_or_token)],
    q: Annotated[int | None, Query()] = None,
) -> None:
    """Answer each text message with two replies, three with a ``q``; a binary one closes 1003."""
    await websocket.accept()
    async with conversation(websocket) as traffic:
        while True:
            text = await receive_text(websocket)
            traffic.messages_in += 1
            await websocket.send_text(f"Session cookie or query token value is: {credential}")
            if q is not None:
                await websocket.send_text(f"Query parameter q is: {q}")
            await websocket.send_text(f"Message text was: {text}, for item ID: {item_id}")
            traffic.messages_out += 2 if q is None else 3
