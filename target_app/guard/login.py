"""How a person shows a token: the page asks for it, and the cookie ``session`` has it from then on."""

from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from target_app.guard.credentials import COOKIE, PARAMETER
from target_app.guard.on_duty import OnDuty
from target_app.guard.origin import is_known
from target_app.guard.refusal import REFUSALS, answer
from target_app.guard.tokens import Tokens
from target_app.pages import read

PAGES = frozenset(("/", "/items", "/chat"))

_LONGEST_FORM = 16 * 1024  # bytes: a form has one token


async def log_in(request: Request, tokens: Tokens, guards: OnDuty) -> Response:
    """What somebody without a token sees of a page: a field for one, and the page itself when it was the right one.

    The token comes in the body of a POST to the page's own address, so that it stands in no address, and is set as
    a cookie that scripts cannot read and that goes along with requests of our own pages only. A form that another
    site's page sends is refused: it would log somebody in as somebody else.
    """
    if request.method != "POST":
        return _form("")
    if not is_known(request.headers.get("origin"), request.headers.get("host", ""), guards.settings):
        guards.refusals.count("origin")
        return answer(REFUSALS["origin"])
    token = await _token(request)
    if tokens.owner([token]) is None:
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
            if len(body) > _LONGEST_FORM:
                return ""
    except ClientDisconnect:
        return ""
    found = parse_qs(body.decode("latin-1"), max_num_fields=8) if body.count(b"&") < 8 else {}
    return found.get(PARAMETER, [""])[-1]


def _form(said: str, status: int = 200) -> HTMLResponse:
    page = read("login.html").replace("{said}", said)
    return HTMLResponse(page, status, {"cache-control": "no-store"})
