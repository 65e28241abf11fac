"""The hardened application, and one endpoint more: what the server says it offers."""

from typing import Any

from fastapi import FastAPI, WebSocket

from target_app.main import create_app
from target_app.settings import Settings


def make(**settings: Any) -> FastAPI:
    """The application with settings by their names."""
    app = create_app(Settings(**settings))

    @app.websocket("/extensions")
    async def extensions(websocket: WebSocket) -> None:
        """Send the names of the ASGI extensions in the scope."""
        await websocket.accept()
        await websocket.send_json(sorted(websocket.scope.get("extensions", {})))
        await websocket.close()

    return app


app = make()
