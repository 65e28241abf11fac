"""A hub on aiosignalr: `Join` a group, `Say` to all of group "lobby", `Echo`. Parameters: those of its options, s."""

from typing import Any

from aiosignalr.server import Hub, ServerOptions, SignalRServer
from serving import parameters, serve


class Chat(Hub):
    """What clients call."""

    async def join(self, group: str) -> str:
        """Join it; the group `closed` lets nobody in."""
        if group == "closed":
            raise PermissionError("You may not join this group")
        await self.groups.add(group)
        return "ok"

    async def say(self, text: Any) -> None:
        """Reach the group."""
        await self.clients.group("lobby").send("said", text)

    async def echo(self, text: Any) -> Any:
        """The same again."""
        return text


if __name__ == "__main__":
    options = ServerOptions(enable_detailed_errors=True, **parameters())
    serve(SignalRServer(Chat, options=options).asgi_app())
