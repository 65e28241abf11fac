"""Forms that a browser sends: read within bounds, and only with the token that our own pages have."""

import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

FIELD = "csrf_token"
MOST_BYTES, MOST_FIELDS = 64 << 10, 50
_STALE = (
    "The form's token is missing or of an earlier start of 'wswarm ui': load the page again, then send it."
)


def new_token() -> str:
    """Return what our pages put into their forms, and no other page can know."""
    return secrets.token_urlsafe(24)


async def read(request: Request, token: str) -> Mapping[str, str]:
    """Return the fields of the form that was sent; of several of one name the last.

    Raises:
        HTTPException: it is too large, no form, or lacks the token.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"A form has at most {MOST_BYTES:,} bytes: send less.")
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(
            400, "This is no form: send fields as application/x-www-form-urlencoded."
        ) from None
    if not hmac.compare_digest(fields.pop(FIELD, "").encode(), token.encode()):
        raise HTTPException(403, _STALE)
    return fields
