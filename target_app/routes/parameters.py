"""``Path``, ``Query``, ``Header`` and ``Cookie`` in one WebSocket endpoint: ``/parameters/{name}/ws``."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Header, Path, Query, WebSocket

from target_app.conversation import conversation, receive_text

router = APIRouter()


@router.websocket("/parameters/{name}/ws")
async def parameters(
    websocket: WebSocket,
    name: Annotated[str, Path(max_length=64)],
    times: Annotated[int, Query(ge=1, le=10)] = 1,
    x_request_id: Annotated[str | None, Header()] = None,
    session: Annotated[str | None, Cookie()] = None,
) -> None:
    """Answer each text message ``times`` times with a JSON object of what the handshake brought.

    A value out of range refuses the handshake: HTTP 403. A binary message closes 1003.
    """
    await websocket.accept()
    handshake = {"path": name, "query": times, "header": x_request_id, "cookie": session}
    async with conversation(websocket) as traffic:
        while True:
            text = await receive_text(websocket)
            traffic.messages_in += 1
            for _ in range(times):
                await websocket.send_json({**handshake, "text": text})
                traffic.messages_out += 1
