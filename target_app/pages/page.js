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

// Ends that are the server's, not ours: it leaves, vanishes, fails, restarts or is too busy.
const COMES_BACK = new Set([1001, 1006, 1011, 1012, 1013]);
const RESTART_MS = 5000; // over which a server that restarts asks its clients to spread
const BASE_MS = 500;
const MOST_MS = 30000;

// A connection that comes back: when the server ends it, it is opened again after a random while, longer from failure to
// failure, so that thousands of pages do not come at once. One that never opened was refused, and stays closed.
class Line {
  constructor(path) {
    this.path = path;
    this.failures = 0;
    this.timer = null;
    this.connect(false);
  }

  connect(again) {
    this.socket = new WebSocket(socketAddress(this.path));
    let opened = again;
    if (!again) {
      showStatus("Connecting…");
    }
    this.socket.onopen = () => {
      opened = true;
      this.failures = 0;
      showStatus("Connected.");
    };
    this.socket.onmessage = (event) => showMessage(event.data);
    this.socket.onclose = (event) => this.end(event, opened);
  }

  end(event, opened) {
    const why = opened ? "Closed by the server" : "Refused, or the server is unreachable";
    const reason = event.reason ? `: ${event.reason}` : "";
    if (!opened || !COMES_BACK.has(event.code)) {
      showStatus(`${why} (code ${event.code}${reason}). Reload the page or connect again.`);
      return;
    }
    const most = event.code === 1012 ? RESTART_MS : Math.min(MOST_MS, BASE_MS * 2 ** this.failures);
    this.failures += 1;
    this.timer = setTimeout(() => this.connect(true), Math.random() * most);
    showStatus(`${why} (code ${event.code}${reason}). Connecting again…`);
  }

  send(text) {
    const isOpen = this.socket.readyState === WebSocket.OPEN;
    if (isOpen) {
      this.socket.send(text);
    }
    return isOpen;
  }

  // Closes it for good, and no longer listens to it.
  drop() {
    clearTimeout(this.timer);
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
  }
}

// preventDefault comes first: whatever happens below, the page is not reloaded.
function sendMessage(event, line) {
  event.preventDefault();
  const input = document.getElementById("messageText");
  if (line?.send(input.value)) {
    input.value = "";
  } else {
    showStatus("Not connected: nothing was sent. Wait for the connection, or connect first.");
  }
}
