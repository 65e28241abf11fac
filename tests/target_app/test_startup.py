"""What a server is told of an application that cannot start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI

from target_app.backplane.protocol import BackplaneDown
from target_app.startup import PlainStartup


def told_by(error: Exception) -> str:
    """What the server is told when the application's lifespan raises an error, which has to come through."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        raise error
        yield

    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    app = FastAPI(lifespan=lifespan)
    app.add_middleware(PlainStartup)
    with pytest.raises(type(error)):
        asyncio.run(app({"type": "lifespan", "app": app}, receive, send))
    (failed,) = sent
    assert failed["type"] == "lifespan.startup.failed"
    return str(failed["message"])


def test_a_backplane_that_is_down_is_told_in_its_own_words() -> None:
    assert told_by(BackplaneDown("the backend does not answer")) == "the backend does not answer"


def test_a_mistake_is_told_with_its_traceback() -> None:
    assert "Traceback" in told_by(ZeroDivisionError())
