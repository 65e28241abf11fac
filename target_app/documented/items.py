"""The second example of FastAPI's WebSockets page: dependencies at ``/items/{item_id}/ws``.

Start it with ``uvicorn target_app.documented.items:app``. It is the baseline that measurements compare with,
so it behaves as the page shows it, traps included; ``docs/target_app.md`` says which of them the same
endpoint in ``target_app.main`` is without:

* **A browser never sees 1008.** The refusal comes before the connection is accepted, so on the wire it is
  HTTP 403 and a browser reports 1006. ``TestClient`` shows 1008 and hides this. So does a ``q`` that is no
  number.
* **An empty token is accepted**: only a missing one is refused. An empty cookie beside a token counts as
  missing.
* **The token is logged**: it travels in the query string, which servers write to their access log.
* **Nothing is escaped.** The page puts item ID and token into the address as they are; an ID with ``/`` finds
  no route, one with ``?`` or ``#`` changes the query.
* **Every normal close logs a traceback, and a binary message is a crash** without a close frame, as in the
  first example.
* **The page's address is fixed** to ``ws://localhost:8000``, which is cross-origin for
  ``http://127.0.0.1:8000``.
* **Send before Connect reloads the page**: the script throws before it reaches ``preventDefault()``. And
  Enter in the message field presses the form's first button: it connects instead of sending.
* **No origin check.** The cookie goes with a connection that any other website opens.
"""

from typing import Annotated

from fastapi import Cookie, Depends, FastAPI, Query, WebSocket, WebSocketException, status
from fastapi.responses import HTMLResponse

app = FastAPI()

PAGE = """<!DOCTYPE html>
<html>
  <head>
    <title>Chat</title>
  </head>
  <body>
    <h1>WebSocket Chat</h1>
    <form action="" onsubmit="sendMessage(event)">
      <label>Item ID: <input type="text" id="itemId" autocomplete="off" value="foo"></label>
      <label>Token: <input type="text" id="token" autocomplete="off" value="some-key-token"></label>
      <button onclick="connect(event)">Connect</button>
      <hr>
      <label>Message: <input type="text" id="messageText" autocomplete="off"></label>
      <button>Send</button>
    </form>
    <ul id="messages"></ul>
    <script>
      let ws = null;
      function connect(event) {
        const itemId = document.getElementById("itemId").value;
        const token = document.getElementById("token").value;
        ws = new WebSocket("ws://localhost:8000/items/" + itemId + "/ws?token=" + token);
        ws.onmessage = (event) => {
          const item = document.createElement("li");
          item.appendChild(document.createTextNode(event.data));
          document.getElementById("messages").appendChild(item);
        };
        event.preventDefault();
      }
      function sendMessage(event) {
        const input = document.getElementById("messageText");
        ws.send(input.value);
        input.value = "";
        event.preventDefault();
      }
    </script>
  </body>
</html>
"""


@app.get("/")
async def page() -> HTMLResponse:
    """The page that talks to ``/items/{item_id}/ws``."""
    return HTMLResponse(PAGE)


async def get_cookie_or_token(
    session: Annotated[str | None, Cookie()] = None,
    token: Annotated[str | None, Query()] = None,
) -> str | None:
    """The cookie ``session``, or else the query's ``token``.

    Raises:
        WebSocketException: both are missing (1008 policy violation).
    """
    if session is None and token is None:
        raise WebSocketException(code=status.WS_1008_POLICY_VIOLATION)
    return session or token


@app.websocket("/items/{item_id}/ws")
async def items(
    *,
    websocket: WebSocket,
    item_id: str,
    q: int | None = None,
    cookie_or_token: Annotated[str, Depends(get_cookie_or_token)],
) -> None:
    """Answer each text message with two replies, or three when the query has a ``q``."""
    await websocket.accept()
    while True:
        data = await websocket.receive_text()
        await websocket.send_text(f"Session cookie or query token value is: {cookie_or_token}")
        if q is not None:
            await websocket.send_text(f"Query parameter q is: {q}")
        await websocket.send_text(f"Message text was: {data}, for item ID: {item_id}")
