"""The pages that talk to the endpoints, and the script and style they share."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from target_app.pages import read

router = APIRouter()


@router.get("/", response_class=HTMLResponse)
async def echo_page() -> str:
    """The page of the echo."""
    return read("echo.html")


@router.get("/items", response_class=HTMLResponse)
async def items_page() -> str:
    """The page of the items, with cookie or token."""
    return read("items.html")


@router.get("/chat", response_class=HTMLResponse)
async def chat_page() -> str:
    """The page of the chat."""
    return read("chat.html")


@router.get("/page.js", include_in_schema=False)
async def script() -> Response:
    """The script that the pages share."""
    return Response(read("page.js"), media_type="text/javascript")


@router.get("/page.css", include_in_schema=False)
async def style() -> Response:
    """The style that the pages share."""
    return Response(read("page.css"), media_type="text/css")
