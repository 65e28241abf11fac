"""An application with one endpoint for each way that a handler ends."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, WebSocket, WebSocketException
from fastapi.security import OAuth2PasswordBearer

from target_app.conversation import conversation, receive_text
from target_app.traffic import Traffic

app = FastAPI()
app.state.traffic = Traffic()
app.state.torn_down = 0


@app.get("/torn-down")
async def torn_down() -> int:
    """How many connections' dependencies have been torn down."""
    return app.state.torn_down  # type: ignore[no-any-return] # state is Any


@app.get("/stats")
async def stats() -> dict[str, int]:
    """The open connections."""
    return {"connections_open": app.state.traffic.connections_open}


async def torn_down_at_the_end() -> AsyncIterator[None]:
    """A dependency that lives as long as the connection."""
    yield
    app.state.torn_down += 1


@app.websocket("/waits", dependencies=[Depends(torn_down_at_the_end)])
async def waits(websocket: WebSocket) -> None:
    """Wait for the peer to leave."""
    await websocket.accept()
    async with conversation(websocket):
        await receive_text(websocket)


@app.websocket("/returns")
async def returns(websocket: WebSocket) -> None:
    """End at once."""
    await websocket.accept()
    async with conversation(websocket):
        pass


@app.websocket("/closes")
async def closes(websocket: WebSocket) -> None:
    """Close with a code of its own, then end."""
    await websocket.accept()
    async with conversation(websocket):
        await websocket.close(4001, "enough")


@app.websocket("/fails")
async def fails(websocket: WebSocket) -> None:
    """Have a bug."""
    await websocket.accept()
    async with conversation(websocket):
        raise ZeroDivisionError("a bug")


@app.websocket("/refuses")
async def refuses(websocket: WebSocket) -> None:
    """Refuse after accepting."""
    await websocket.accept()
    async with conversation(websocket):
        raise WebSocketException(1008, "not you")


@app.websocket("/bare")
async def bare(websocket: WebSocket) -> None:
    """End at once, without a conversation."""
    await websocket.accept()


@app.websocket("/denies")
async def denies(websocket: WebSocket) -> None:
    """Answer the handshake with an HTTP response."""
    raise HTTPException(401, "who are you?")


@app.websocket("/oauth2")
async def oauth2(
    websocket: WebSocket, token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]
) -> None:
    """Say which token came."""
    await websocket.accept()
    async with conversation(websocket):
        await websocket.send_text(token)
