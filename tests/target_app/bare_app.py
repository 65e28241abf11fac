"""An application that starts and does nothing, in no time: for what is said of workers whatever they serve."""

from typing import Any


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Start and stop when told to."""
    assert scope["type"] == "lifespan", scope
    for what in ("startup", "shutdown"):
        assert (await receive())["type"] == f"lifespan.{what}"
        await send({"type": f"lifespan.{what}.complete"})
