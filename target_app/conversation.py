"""One accepted WebSocket, from its first message to its close."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from fastapi import WebSocket, WebSocketDisconnect, WebSocketException, status
from starlette.types import Message

from target_app.traffic import Traffic

# What Starlette and servers raise for a peer that is gone: WebSocketDisconnect when a send fails,
# RuntimeError when the close frame has been sent before, OSError where Starlette does not translate it.
PEER_GONE = (WebSocketDisconnect, RuntimeError, OSError)


class Source(Protocol):
    """Where messages come from: the connection itself, or an ``Inbox``."""

    async def receive(self) -> Message:
        """The next ASGI message."""


@asynccontextmanager
async def conversation(websocket: WebSocket) -> AsyncIterator[Traffic]:
    """The app's counters, while an accepted connection lasts; however it ends, the peer gets a close frame.

    A handler that returns closes 1000. A peer that leaves ends the block quietly: that is no error. A
    ``WebSocketException`` closes with its code, also quietly. Without this a server drops the connection and
    the peer sees 1006, and every normal close logs a traceback.

    Raises:
        Exception: whatever else the handler raised: a bug, closed 1011 and left to the server to log.
    """
    traffic: Traffic = websocket.app.state.traffic
    traffic.opened()
    try:
        yield traffic
        await _close(websocket, status.WS_1000_NORMAL_CLOSURE, "")
    except WebSocketDisconnect:
        pass
    except WebSocketException as refusal:
        await _close(websocket, refusal.code, refusal.reason)
    except Exception:
        await _close(websocket, status.WS_1011_INTERNAL_ERROR, "")
        raise
    finally:
        traffic.closed()


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    """Send the close frame, unless one was sent or the peer has gone."""
    with suppress(*PEER_GONE):
        await websocket.close(code, reason)


async def receive_text(source: Source) -> str:
    """The next message, which has to be text.

    Starlette's own ``receive_text()`` answers a binary message with ``KeyError``, and refuses to wait for the
    disconnect of a peer that another task found gone. This costs no more per message.

    Raises:
        WebSocketDisconnect: the peer left.
        WebSocketException: it sent a binary message (1003 unsupported data).
    """
    message = await source.receive()
    text: str | None = message.get("text")
    if text is None:
        raise _end(message, "text")
    return text


async def receive_bytes(source: Source) -> bytes:
    """The next message, which has to be binary.

    Raises:
        WebSocketDisconnect: the peer left.
        WebSocketException: it sent a text message (1003 unsupported data).
    """
    message = await source.receive()
    payload: bytes | None = message.get("bytes")
    if payload is None:
        raise _end(message, "binary")
    return payload


def _end(message: Message, expected: str) -> WebSocketDisconnect | WebSocketException:
    """Why a conversation ends with this message."""
    if message["type"] == "websocket.disconnect":
        return WebSocketDisconnect(message.get("code", status.WS_1005_NO_STATUS_RCVD), message.get("reason"))
    return WebSocketException(status.WS_1003_UNSUPPORTED_DATA, f"expected a {expected} message")
