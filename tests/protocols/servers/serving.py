"""What servers in Python have in common: an ASGI application served until standard input ends."""

import asyncio
import json
import os
import socket
import sys
import threading
from typing import Any

import uvicorn


def parameters() -> Any:
    """Return what the test asks for."""
    return json.loads(sys.argv[1])


def serve(app: Any) -> None:
    """Serve it, and tell where."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    asyncio.run(uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve([listener]))
