"""The third example of FastAPI's WebSockets page: a chat of everybody at ``/ws/{client_id}``.

Start it with ``uvicorn target_app.documented.chat:app``. It is the baseline that measurements compare with,
so it behaves as the page shows it, traps included; ``docs/target_app.md`` says which of them the same
endpoint in ``target_app.main`` is without:

* **A dead client poisons the room.** ``broadcast()`` raises at the first connection that is gone; the
  sender's ``except`` then removes the healthy sender. The dead entry is never removed, so every later sender
  is thrown out (1006) and nobody behind it in the list gets a message again.
* **One client that does not read blocks everybody** behind it: the sends are awaited one after the other.
* **Healthy senders are closed** (1011, keepalive) while their handler waits in such a broadcast, because
  uvicorn then reads nothing, pongs included.
* **Live clients are skipped**: the list shrinks while it is iterated when somebody leaves during a broadcast.
* **Order is not kept for a slow client**: after its buffer drains, a new send can overtake waiting ones.
* **Its buffer has no bound**: the server checks for room before a write, not after, and wakes all who wait at
  once.
* **A broadcast holds the event loop** from the first client to the last while nobody's buffer is full.
* **Last words are lost**: who sends and closes at once is found gone at the personal reply, before the
  broadcast.
* **Client IDs prove nothing**: the client chooses them, and two may have the same.
* **No limits** on clients, message sizes or rates.
* **A second** ``disconnect()`` **raises** ``ValueError``, and it searches the list: O(clients).
* **Only** ``WebSocketDisconnect`` **removes a client**: a binary message (``KeyError``) leaves a dead entry
  behind.
* **The page's address is fixed** to ``ws://localhost:8000``, sending too early reloads it, nobody's origin is
  checked.
* **One process only**: the list lives in memory, clients of another worker hear nothing.
"""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse

app = FastAPI()

PAGE = """<!DOCTYPE html>
<html>
  <head>
    <title>Chat</title>
  </head>
  <body>
    <h1>WebSocket Chat</h1>
    <h2>Your ID: <span id="ws-id"></span></h2>
    <form action="" onsubmit="sendMessage(event)">
      <input type="text" id="messageText" autocomplete="off">
      <button>Send</button>
    </form>
    <ul id="messages"></ul>
    <script>
      const client_id = Date.now();
      document.querySelector("#ws-id").textContent = client_id;
      const ws = new WebSocket(`ws://localhost:8000/ws/${client_id}`);
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


class ConnectionManager:
    """A list of open connections, in the order they came.

    Attributes:
        active_connections: every connection that is in the room.
    """

    def __init__(self) -> None:
        self.active_connections: list[WebSocket] = []

    async def connect(self, websocket: WebSocket) -> None:
        """Accept a connection and add it."""
        await websocket.accept()
        self.active_connections.append(websocket)

    def disconnect(self, websocket: WebSocket) -> None:
        """Remove a connection.

        Raises:
            ValueError: it is not in the room.
        """
        self.active_connections.remove(websocket)

    async def send_personal_message(self, message: str, websocket: WebSocket) -> None:
        """Send to one connection.

        Raises:
            WebSocketDisconnect: it is gone.
        """
        await websocket.send_text(message)

    async def broadcast(self, message: str) -> None:
        """Send to every connection, one after the other.

        Raises:
            WebSocketDisconnect: one of them is gone; those behind it get nothing.
        """
        for connection in self.active_connections:
            await connection.send_text(message)


manager = ConnectionManager()


@app.get("/")
async def page() -> HTMLResponse:
    """The page that talks to ``/ws/{client_id}``."""
    return HTMLResponse(PAGE)


@app.websocket("/ws/{client_id}")
async def chat(websocket: WebSocket, client_id: int) -> None:
    """Tell the sender what it wrote, then everybody, the sender too; tell the others when it leaves."""
    await manager.connect(websocket)
    try:
        while True:
            data = await websocket.receive_text()
            await manager.send_personal_message(f"You wrote: {data}", websocket)
            await manager.broadcast(f"Client #{client_id} says: {data}")
    except WebSocketDisconnect:
        manager.disconnect(websocket)
        await manager.broadcast(f"Client #{client_id} left the chat")
