// rpc-websockets (npm): `say` emits the event `said`, `echo` returns its argument. Parameter: token, of rpc.login.
import { createServer } from "node:http";
import { Server } from "rpc-websockets";
import { begin, parameters } from "./process.mjs";

const { token } = parameters();
const http = createServer();
const server = new Server({ server: http });
server.setAuth((given) => given.token === token);
const say = server.register("say", ([text]) => (server.emit("said", text), "ok"));
server.register("echo", ([text]) => text);
const said = server.event("said");
if (token) {
  say.protected();
  said.protected();
}
begin(http);
