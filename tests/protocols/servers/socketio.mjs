// A chat on socket.io: `join` a room and have it acknowledged, `say` to all of room "lobby", `echo` to oneself.
// Parameters: token, that `auth` has to give; late, pingInterval and pingTimeout, ms.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { begin, parameters } from "./process.mjs";

const { token, port, late = 0, ...timeouts } = parameters();
const http = createServer();
const io = new Server(http, timeouts);

for (const space of [io, io.of("/admin")]) {
  space.use((socket, next) => {
    next(token && socket.handshake.auth.token !== token ? new Error("Not authorized") : undefined);
  });
  space.on("connection", (socket) => {
    socket.on("join", (room, done) => {
      if (room === "closed") return socket.disconnect(true);
      socket.join(room);
      setTimeout(() => done("ok"), late);
    });
    socket.on("say", (said) => space.to("lobby").emit("said", said));
    socket.on("echo", (said) => socket.emit("echoed", said));
  });
}
begin(http);
