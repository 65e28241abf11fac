"""An application that cannot start because of its backplane says why in a line."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from target_app.backplane.protocol import BackplaneDown


class PlainStartup:
    """ASGI middleware: the server is told what the backplane said, where Starlette would send the whole traceback.

    It does nothing for connections and requests. Every other failure goes through as it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, but for a failed start."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                held.append(message)
            else:
                await send(message)

        try:
            await self._app(scope, receive, hold)
        except BaseException as error:
            for message in held:
                await send(
                    {**message, "message": str(error)} if isinstance(error, BackplaneDown) else message
                )
            raise
