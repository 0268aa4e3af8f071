import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Device } from "./device.js";

/**
 * Speaks the contract of a machine's signing service: `POST /sign` (or `/signature`) with `{deviceId, message}` answers
 * `{signature}`. The signature itself is made by the real `countersign-device -o SIGN`.
 *
 * It stands in for the service until a program of this repository serves that contract by itself.
 */
export class FakeSigningService {
  /** How often it signed. */
  signed = 0;

  private constructor(
    readonly url: string,
    readonly server: Server,
  ) {}

  /** Starts one for a machine on a free port. */
  static async start(device: Device): Promise<FakeSigningService> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const service = new FakeSigningService(`http://127.0.0.1:${port}/sign`, server);
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        void service
          .#answer(device, request.url ?? "", Buffer.concat(chunks).toString())
          .then(({ status, body }) => {
            response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
          });
      });
    });
    return service;
  }

  /** Ends it. */
  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }

  async #answer(device: Device, path: string, text: string): Promise<{ status: number; body: unknown }> {
    if (path !== "/sign" && path !== "/signature") {
      return { status: 404, body: { title: "Not Found" } };
    }
    const { deviceId, message } = JSON.parse(text) as { deviceId: unknown; message: unknown };
    if (deviceId !== device.deviceId || typeof message !== "string") {
      return { status: 400, body: { title: "Bad Request" } };
    }
    this.signed += 1;
    return { status: 200, body: { signature: await device.sign(message) } };
  }
}
