import { once } from "node:events";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** What happens on one connection. */
export type Script = (socket: WebSocket) => void;

/** A provider's end of sockets: each connection plays the next script, the last one again and again. */
export class FakeSockets {
  /** The path and query of each connection. */
  readonly opened: string[] = [];
  /** The code with which each connection was closed by the other side. */
  readonly closed: number[] = [];

  private constructor(
    readonly server: WebSocketServer,
    readonly host: string,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(...scripts: Script[]): Promise<FakeSockets> {
    const http = createServer();
    const server = new WebSocketServer({ server: http });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const host = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const sockets = new FakeSockets(server, host, async () => {
      for (const socket of server.clients) {
        socket.terminate();
      }
      server.close();
      const end = once(http, "close");
      http.close();
      await end;
    });
    server.on("connection", (socket, request: IncomingMessage) => {
      sockets.opened.push(request.url ?? "");
      socket.on("close", (code) => sockets.closed.push(code));
      (scripts.length > 1 ? scripts.shift() : scripts[0])?.(socket);
    });
    return sockets;
  }
}
