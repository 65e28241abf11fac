// aedes, an MQTT broker that sends one packet as several WebSocket messages.
// Parameters: user and password that CONNECT has to give; refused, a topic that nobody may subscribe to.
import { createServer } from "node:http";
import { Aedes } from "aedes";
import { createWebSocketStream, WebSocketServer } from "ws";
import { begin, parameters } from "./process.mjs";

const { user, password, refused } = parameters();
const broker = await Aedes.createBroker();
broker.authenticate = (_client, name, word, done) => {
  done(null, !user || (name === user && String(word) === password));
};
broker.authorizeSubscribe = (_client, subscription, done) => {
  done(null, subscription.topic === refused ? null : subscription);
};
const http = createServer();
const sockets = new WebSocketServer({ server: http, handleProtocols: () => "mqtt" });
sockets.on("connection", (socket, request) => {
  const stream = createWebSocketStream(socket);
  stream.on("error", () => {});
  broker.handle(stream, request);
});
begin(http);
