"""Who somebody is, by the tokens that they show, as long as they do not try too many."""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from starlette.types import Scope

from target_app.guard.address import neighbourhood
from target_app.guard.credentials import presented
from target_app.guard.guesses import Guesses
from target_app.guard.refusals import Reason
from target_app.guard.tokens import Tokens


class Identity(NamedTuple):
    """What tokens say.

    Attributes:
        user: whose they are.
        objection: why that is nobody's.
    """

    user: str | None
    objection: Reason | None


class Identities:
    """The users and their tokens, and the addresses that guess.

    Args:
        tokens: of the users.
        guesses: of the addresses.
    """

    def __init__(self, tokens: Tokens, guesses: Guesses) -> None:
        self._tokens, self._guesses = tokens, guesses

    def of(self, scope: Scope, shown: Iterable[str] | None = None) -> Identity:
        """Who a client is that shows these tokens, or those of its request.

        A client without an address, which has come by a socket file, may guess.
        """
        tokens = [token for token in (presented(scope) if shown is None else shown) if token]
        client = scope.get("client")
        address = neighbourhood(client[0]) if client else ""
        user = self._tokens.owner(tokens)
        if user is not None:
            is_late = bool(address) and self._guesses.are_spent(address)
            return Identity(None, "guesses") if is_late else Identity(user, None)
        is_allowed = not address or self._guesses.note(address, tokens, asyncio.get_running_loop())
        return Identity(None, "token" if is_allowed else "guesses")
