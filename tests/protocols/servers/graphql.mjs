// graphql-ws (npm): mutation `say(text)` reaches every subscription `said`; query `echo(text)`.
// Parameters: token, that connection_init has to give; late, ms until a subscription is one; closed, after which
// topics are refused.
import { EventEmitter, on } from "node:events";
import { createServer } from "node:http";
import { GraphQLObjectType, GraphQLSchema, GraphQLString, GraphQLError } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { begin, parameters } from "./process.mjs";

const { token, late = 0, keepAlive } = parameters();
const hub = new EventEmitter().setMaxListeners(0);
const text = { type: GraphQLString };

async function* said(_, { room }) {
  if (room === "closed") throw new GraphQLError("You may not read this room");
  await new Promise((done) => setTimeout(done, late));
  for await (const [one] of on(hub, "said")) yield { said: one };
}
const fields = {
  query: { echo: { ...text, args: { text }, resolve: (_, given) => given.text } },
  mutation: { say: { ...text, args: { text }, resolve: (_, given) => (hub.emit("said", given.text), "ok") } },
  subscription: { said: { ...text, args: { room: text }, subscribe: said } },
};
const [query, mutation, subscription] = Object.entries(fields).map(
  ([name, own]) => new GraphQLObjectType({ name: name[0].toUpperCase() + name.slice(1), fields: own }),
);
const http = createServer();
useServer(
  {
    schema: new GraphQLSchema({ query, mutation, subscription }),
    onConnect: (context) => !token || context.connectionParams?.token === token,
    connectionInitWaitTimeout: 500,
  },
  new WebSocketServer({ server: http, path: "/graphql" }),
  keepAlive,
);
begin(http);
