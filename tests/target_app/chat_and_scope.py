"""The hardened application, and one endpoint more: what the server says it offers."""

from fastapi import WebSocket

from target_app.main import create_app

app = create_app()


@app.websocket("/extensions")
async def extensions(websocket: WebSocket) -> None:
    """Send the names of the ASGI extensions in the scope."""
    await websocket.accept()
    await websocket.send_json(sorted(websocket.scope.get("extensions", {})))
    await websocket.close()
