"""The first example of FastAPI's WebSockets page: a page at ``/``, an echo at ``/ws``.

Start it with ``uvicorn target_app.documented.echo:app``. It is the baseline that measurements compare with,
so it behaves as the page shows it, traps included; ``docs/target_app.md`` says which of them the same
endpoint in ``target_app.main`` is without:

* **Every normal close logs a traceback.** Nothing catches ``WebSocketDisconnect``, so the server reports
  "Exception in ASGI application" for each client that leaves.
* **A binary message is a crash.** ``receive_text()`` raises ``KeyError('text')``; the client sees 1006.
* **No close frame after a crash.** The server drops the connection when a handler ends without closing it.
* **The page's address is fixed.** Its script connects to ``ws://localhost:8000``: opened as
  ``http://127.0.0.1:8000`` it is a cross-origin client, on another port or over https it does not work at
  all.
* **Sending too early reloads the page.** ``send()`` throws while connecting, before ``preventDefault()`` is
  reached.
* **No origin check, no limits.** Any website may connect; messages up to the server's 16 MiB are echoed.
"""

from fastapi import FastAPI, WebSocket
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
      <input type="text" id="messageText" autocomplete="off">
      <button>Send</button>
    </form>
    <ul id="messages"></ul>
    <script>
      const ws = new WebSocket("ws://localhost:8000/ws");
      ws.onmessage = (event) => {
        const item = document.createElement("li");
        item.appendChild(document.createTextNode(event.data));
        document.getElementById("messages").appendChild(item);
      };
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
    """The page that talks to ``/ws``."""
    return HTMLResponse(PAGE)


@app.websocket("/ws")
async def echo(websocket: WebSocket) -> None:
    """Answer each text message with ``Message text was: …``."""
    await websocket.accept()
    while True:
        data = await websocket.receive_text()
        await websocket.send_text(f"Message text was: {data}")
