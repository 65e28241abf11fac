"""A chat of Django Channels on daphne: what one says in a room, as ``{"message": …}``, reaches all of it.

Rooms are ``/ws/chat/NAME/``; ``closed`` is one that nobody is let into.
"""

import json
import os
import socket
import sys
import threading
from typing import Any

import django
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from django.conf import settings
from django.urls import path

_LAYER = {"BACKEND": "channels.layers.InMemoryChannelLayer"}


class Chat(AsyncJsonWebsocketConsumer):
    """One connection."""

    async def connect(self) -> None:
        """Let it into its room."""
        self.room = self.scope["url_route"]["kwargs"]["room"]
        if self.room == "closed":
            await self.close()
            return
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()

    async def disconnect(self, _: int) -> None:
        """Let it out."""
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive_json(self, content: Any, **_: Any) -> None:
        """Tell all of the room."""
        await self.channel_layer.group_send(self.room, {"type": "chat.said", "message": content["message"]})

    async def chat_said(self, event: Any) -> None:
        """Pass it on."""
        await self.send_json({"message": event["message"]})


def main() -> None:
    """Serve until standard input ends, and tell where."""
    settings.configure(CHANNEL_LAYERS={"default": _LAYER})
    django.setup()
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    routes = URLRouter([path("ws/chat/<str:room>/", Chat.as_asgi())])
    endpoints = build_endpoint_description_strings(file_descriptor=listener.fileno())
    Server(ProtocolTypeRouter({"websocket": routes}), endpoints=endpoints, signal_handlers=False).run()


if __name__ == "__main__":
    main()
