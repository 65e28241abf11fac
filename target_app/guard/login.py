"""How a person shows a token: the page asks for it, and the cookie ``session`` has it from then on."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from target_app.guard.credentials import COOKIE, PARAMETER
from target_app.guard.identity import Identities
from target_app.guard.on_duty import OnDuty
from target_app.guard.origin import is_known
from target_app.guard.refusal import REFUSALS, answer
from target_app.guard.refusals import Reason
from target_app.pages import read

PAGES = frozenset(("/", "/items", "/chat"))

LONGEST_FORM = 16 * 1024  # bytes: a form has one token


async def log_in(
    request: Request, identities: Identities, guards: OnDuty, objection: Reason | None
) -> Response:
    """What somebody without a token sees of a page: a field for one, and the page itself when it was the right one.

    The token comes in the body of a POST to the page's own address, so that it stands in no address, and is set as
    a cookie that scripts cannot read and that goes along with requests of our own pages only. A form that another
    site's page sends is refused: it would log somebody in as somebody else.

    Args:
        request: for a page.
        identities: of the users.
        guards: where refusals are counted.
        objection: to the tokens that came with the request.
    """
    if request.method != "POST":
        return _refuse(guards) if objection == "guesses" else _form("")
    if not is_known(request.headers.get("origin"), request.headers.get("host", ""), guards.settings):
        guards.refusals.count("origin")
        return answer(REFUSALS["origin"])
    token = await _token(request)
    user, objection = identities.of(request.scope, [token])
    if objection == "guesses":
        return _refuse(guards)
    if user is None:
        guards.refusals.count("token")
        return _form("This token is not known here.", 401)
    reply = RedirectResponse(request.url.path, 303)
    is_secure = request.url.scheme == "https"
    reply.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=is_secure)
    return reply


async def _token(request: Request) -> str:
    """The form's token; nothing if there is none, a form that is longer than any, or one that never comes whole."""
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > LONGEST_FORM:
                return ""
    except ClientDisconnect:
        return ""
    found = parse_qs(body.decode("latin-1"), max_num_fields=8) if body.count(b"&") < 8 else {}
    return found.get(PARAMETER, [""])[-1]


def _refuse(guards: OnDuty) -> HTMLResponse:
    """Somebody at this address has tried too often."""
    guards.refusals.count("guesses")
    refusal = REFUSALS["guesses"]
    return _form(f"{refusal.text.capitalize()}.", refusal.status, dict(refusal.headers))


def _form(said: str, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})) -> HTMLResponse:
    page = read("login.html").replace("{said}", said)
    return HTMLResponse(page, status, {**headers, "cache-control": "no-store"})
