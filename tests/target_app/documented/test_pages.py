import pytest

from tests.target_app.server import Server

SHARED = [
    "<title>Chat</title>",
    "<h1>WebSocket Chat</h1>",
    'id="messageText"',
    'id="messages"',
    "createTextNode",
]


@pytest.mark.parametrize(
    ("example", "parts"),
    [
        ("documented_echo", ['"ws://localhost:8000/ws"', 'onsubmit="sendMessage(event)"']),
        (
            "documented_items",
            [
                '"ws://localhost:8000/items/" + itemId + "/ws?token=" + token',
                'id="itemId" autocomplete="off" value="foo"',
                'id="token" autocomplete="off" value="some-key-token"',
                '<button onclick="connect(event)">Connect</button>',
            ],
        ),
        ("documented_chat", ["`ws://localhost:8000/ws/${client_id}`", "Date.now()", '<span id="ws-id">']),
    ],
)
def test_the_page_is_html_with_the_documented_parts(
    example: str, parts: list[str], request: pytest.FixtureRequest
) -> None:
    server: Server = request.getfixturevalue(example)
    status, content_type, page = server.get("/")
    assert (status, content_type) == (200, "text/html; charset=utf-8")
    assert [part for part in SHARED + parts if part not in page] == []
