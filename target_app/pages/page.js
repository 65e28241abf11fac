"use strict";

// What the pages share: where the service is, what the list shows, and when sending is possible.

// The WebSocket address of a path relative to this page: same host, wss where the page came over https.
function socketAddress(path) {
  const address = new URL(path, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}

function showStatus(text) {
  document.getElementById("status").textContent = text;
}

// As a text node: whatever others send stays text.
function showMessage(text) {
  const item = document.createElement("li");
  item.appendChild(document.createTextNode(text));
  document.getElementById("messages").appendChild(item);
}

function openSocket(path) {
  const socket = new WebSocket(socketAddress(path));
  let opened = false;
  showStatus("Connecting…");
  socket.onopen = () => {
    opened = true;
    showStatus("Connected.");
  };
  socket.onmessage = (event) => showMessage(event.data);
  socket.onclose = (event) => {
    const why = opened ? "Closed by the server" : "Refused, or the server is unreachable";
    showStatus(`${why} (code ${event.code}). Reload the page or connect again.`);
  };
  return socket;
}

// Closes a socket that is being replaced, and no longer listens to it.
function dropSocket(socket) {
  if (socket !== null) {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

// preventDefault comes first: whatever happens below, the page is not reloaded.
function sendMessage(event, socket) {
  event.preventDefault();
  if (socket === null || socket.readyState !== WebSocket.OPEN) {
    showStatus("Not connected: nothing was sent. Wait for the connection, or connect first.");
    return;
  }
  const input = document.getElementById("messageText");
  socket.send(input.value);
  input.value = "";
}
