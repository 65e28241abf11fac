"""How many wrong tokens each address has shown within a minute, over all workers, and what becomes of the next."""

import asyncio
import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from target_app.guard.census import Census, Claim

MEMORY_S = 60.0  # that a wrong token counts
MOST = 4096  # that a worker remembers: the oldest is forgotten for the next, so that nobody fills the table


class _Guess(NamedTuple):
    over: float
    claims: list[Claim]


class Guesses:
    """Wrong tokens, each counted once: who comes again and again with one that was right yesterday guesses nothing.

    Args:
        census: where they are counted.
        most: of one address; ``None`` is no limit.
    """

    def __init__(self, census: Census, most: int | None) -> None:
        self._census, self._most = census, most
        self._recent: dict[bytes, _Guess] = {}
        self._timer: asyncio.TimerHandle | None = None

    def are_spent(self, address: str) -> bool:
        """Whether the address may guess no more: then what is right is refused as well, or it would tell."""
        return any(map(self._census.is_reached, self._claims(address)))

    def note(self, address: str, tokens: Iterable[str], loop: asyncio.AbstractEventLoop) -> bool:
        """Count wrong tokens; whether the address was allowed them."""
        claims = self._claims(address)
        for token in tokens if claims else ():
            key = hashlib.sha256(f"{address} {token}".encode(errors="surrogatepass")).digest()
            if key in self._recent:
                continue
            if self._census.enter(claims) is not None:
                return False
            self._remember(key, claims, loop)
        return True

    def _claims(self, address: str) -> list[Claim]:
        return [] if self._most is None else [Claim(f"guesses {address}", self._most, "guesses")]

    def _remember(self, key: bytes, claims: list[Claim], loop: asyncio.AbstractEventLoop) -> None:
        self._recent[key] = _Guess(loop.time() + MEMORY_S, claims)
        if len(self._recent) > MOST:
            self._forget_oldest()
        if self._timer is None:
            self._timer = loop.call_later(MEMORY_S, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Forget those that are over, and look again when the next one is."""
        self._timer = None
        while self._recent:
            left = next(iter(self._recent.values())).over - loop.time()
            if left > 0:
                self._timer = loop.call_later(left, self._look, loop)
                break
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        self._census.leave(self._recent.pop(next(iter(self._recent))).claims)
