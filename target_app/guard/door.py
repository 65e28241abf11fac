"""The door of the application: who may connect, and how many of them."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from target_app.guard.address import neighbourhood
from target_app.guard.census import Census, Claim
from target_app.guard.credentials import signed
from target_app.guard.guesses import Guesses
from target_app.guard.identity import Identities, Identity
from target_app.guard.login import PAGES, log_in
from target_app.guard.metered import Metered
from target_app.guard.on_duty import COUNTS_FRAMES, OnDuty
from target_app.guard.origin import is_known
from target_app.guard.quiet_log import noting_refusals
from target_app.guard.refusal import REFUSALS, answer, refuse_after, refuse_before
from target_app.guard.refusals import Reason
from target_app.guard.tokens import Tokens
from target_app.guard.unkept import warn

# What anybody may ask for where tokens are needed: whether the server is there, and what the pages are made of.
OPEN_TO_ALL = frozenset(("/healthz", "/page.js", "/page.css"))


class Door:
    """ASGI middleware, the outermost: what comes is refused, or let in and counted for as long as it stays.

    Under a server with our protocols it does nothing per message.

    Args:
        app: what is behind it; it sees users' names where tokens were.
        guards: the settings, and where refusals are counted.
        census: who has how many connections.
    """

    def __init__(self, app: ASGIApp, guards: OnDuty, census: Census) -> None:
        self._app, self._guards, self._census = app, guards, census
        self._settings = guards.settings
        self._asks = bool(self._settings.tokens)
        guesses = Guesses(census, self._settings.max_guesses)
        self._identities = Identities(Tokens(self._settings.tokens), guesses)
        self._refuse = refuse_before if self._settings.refuse == "before" else refuse_after
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or let in."""
        if scope["type"] == "websocket":
            is_ours = COUNTS_FRAMES in scope.get("extensions", {})
            if not (is_ours or self._guards.is_told):
                self._guards.is_told = True
                warn()
            await self._connect(scope, receive, send if is_ours else noting_refusals(send))
        elif scope["type"] == "http" and self._asks:
            await self._ask(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket."""
        user, objection = self._identify(scope)
        claims = self._claims(scope, user)
        reason = objection or self._count(claims)
        if reason is not None:
            self._guards.refusals.count(reason)
            await self._refuse(REFUSALS[reason], scope, receive, send)
            return
        self._open += 1
        try:
            await self._let_in(scope if user is None else signed(scope, user), receive, send)
        finally:
            self._open -= 1
            self._census.leave(claims)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        rate = self._settings.message_rate
        if rate is not None and COUNTS_FRAMES not in scope.get("extensions", {}):
            metered = Metered(rate, self._guards.refusals, receive, send)
            await self._app(scope, metered.receive, metered.send)
        else:
            await self._app(scope, receive, send)

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request, where tokens are needed."""
        user, objection = self._identities.of(scope)
        if scope["path"] in PAGES and (user is None or scope["method"] == "POST"):
            reply = await log_in(Request(scope, receive), self._identities, self._guards, objection)
            await reply(scope, receive, send)
        elif user is not None:
            await self._app(signed(scope, user), receive, send)
        elif scope["path"] in OPEN_TO_ALL:
            await self._app(scope, receive, send)
        else:
            assert objection is not None
            self._guards.refusals.count(objection)
            await answer(REFUSALS[objection])(scope, receive, send)

    def _claims(self, scope: Scope, user: str | None) -> list[Claim]:
        """What a connection takes of what is limited over all workers."""
        settings, client, claims = self._settings, scope.get("client"), list[Claim]()
        if settings.max_per_address is not None and client:
            claims.append(Claim(f"address {neighbourhood(client[0])}", settings.max_per_address, "address"))
        if settings.max_per_user is not None and user is not None:
            claims.append(Claim(f"user {user}", settings.max_per_user, "user"))
        return claims

    def _identify(self, scope: Scope) -> Identity:
        """Whose connection it is, and why it is refused, whoever else is here."""
        headers = Headers(scope=scope)
        if not is_known(headers.get("origin"), headers.get("host", ""), self._settings):
            return Identity(None, "origin")
        return self._identities.of(scope) if self._asks else Identity(None, None)

    def _count(self, claims: list[Claim]) -> Reason | None:
        """Count a connection among those that are here, or say why it is one too many."""
        most = self._settings.max_connections
        if most is not None and self._open >= most:
            return "connections"
        refused = self._census.enter(claims)
        return None if refused is None else refused.reason
