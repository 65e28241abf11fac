"""The chat of Django Channels' tutorial, with daphne: what is said in a room reaches all in it, its sender included.

The room `closed` lets nobody in. The only argument is the port.
"""

import sys
from typing import Any

import django
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.conf import settings
from django.urls import path

settings.configure(
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="none",
)
django.setup()


class Chat(AsyncJsonWebsocketConsumer):
    """One connection."""

    async def connect(self) -> None:
        """Join the room of the path."""
        self.room = self.scope["url_route"]["kwargs"]["room"]
        if self.room == "closed":
            await self.close()
            return
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()

    async def receive_json(self, content: Any, **_: Any) -> None:
        """Reach the room."""
        await self.channel_layer.group_send(self.room, {"type": "said", "message": content["message"]})

    async def said(self, event: dict[str, Any]) -> None:
        """Say it to the client."""
        await self.send_json({"message": event["message"]})


if __name__ == "__main__":
    routes = URLRouter([path("ws/chat/<str:room>/", Chat.as_asgi())])
    endpoints = build_endpoint_description_strings(host="127.0.0.1", port=int(sys.argv[1]))
    Server(application=ProtocolTypeRouter({"websocket": routes}), endpoints=endpoints).run()
