"""The schema of `graphql.mjs` on Strawberry, which speaks both GraphQL protocols; it publishes by HTTP, too."""

import asyncio
from collections.abc import AsyncGenerator

import strawberry
from serving import serve
from strawberry.asgi import GraphQL

_queues: set[asyncio.Queue[str]] = set()


@strawberry.type
class Query:
    """Nothing is asked for."""

    @strawberry.field
    def echo(self, text: str) -> str:
        """The text again."""
        return text


@strawberry.type
class Mutation:
    """What publishers say."""

    @strawberry.mutation
    async def say(self, text: str) -> str:
        """Reach every subscription."""
        for queue in _queues:
            queue.put_nowait(text)
        return "ok"


@strawberry.type
class Subscription:
    """What subscribers hear."""

    @strawberry.subscription
    async def said(self) -> AsyncGenerator[str, None]:
        """All that is said."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        _queues.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            _queues.discard(queue)


if __name__ == "__main__":
    serve(GraphQL(strawberry.Schema(Query, Mutation, Subscription)))
