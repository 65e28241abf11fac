// The fan-out of `whole_run` as k6 does it: a thousand subscribers time every message of one publisher.
//     k6 run -e URL=ws://127.0.0.1:8000/ -e CONNECTIONS=1000 -e RATE=20 -e SECONDS=8 k6_fanout.js
import { WebSocket } from "k6/experimental/websockets";
import { Trend } from "k6/metrics";

const RAMP_S = 2;
const connections = Number(__ENV.CONNECTIONS);
const broadcasts = __ENV.RATE * __ENV.SECONDS;
const delivery = new Trend("delivery_time", true);

export const options = {
  scenarios: {
    subscribers: { executor: "per-vu-iterations", vus: connections, iterations: 1, exec: "subscribe" },
    publisher: { executor: "per-vu-iterations", vus: 1, iterations: 1, exec: "publish", startTime: `${RAMP_S}s` },
  },
};

export function subscribe() {
  const socket = new WebSocket(__ENV.URL);
  let received = 0;
  socket.addEventListener("message", (event) => {
    delivery.add(Date.now() - Number(event.data));
    received += 1;
    if (received === broadcasts) socket.close();
  });
}

export function publish() {
  const socket = new WebSocket(__ENV.URL);
  let sent = 0;
  socket.addEventListener("open", () => {
    const id = setInterval(() => {
      if (sent === broadcasts) { clearInterval(id); socket.close(); }
      else socket.send(`${Date.now()}`);
      sent += 1;
    }, 1000 / __ENV.RATE);
  });
}
