import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Device } from "./device.js";
import { freePort } from "./free-port.js";
import { program, run, Running } from "./programs.js";

/** A machine's signing service: `POST /sign` with `{deviceId, message}` answers `{signature}`. */
export interface SigningService {
  /** Where it signs: `http://127.0.0.1:…/sign`. */
  readonly url: string;
  /** Ends it. */
  stop(): Promise<void>;
}

/** The signing service of a machine: `countersign-device serve`, or the fake when the program that was built is older. */
export async function startSigningService(device: Device): Promise<SigningService> {
  const binary = program("countersign-device");
  if ((await run(binary, ["serve", "--help"])).code !== 0) {
    return FakeSigningService.start(device);
  }
  const port = await freePort();
  const files = ["--config-dir", device.folder, "--key-dir", device.folder];
  const service = new Running(binary, ["serve", "--port", String(port), ...files]);
  await service.lineMatching(/^listening on /);
  return { url: `http://127.0.0.1:${port}/sign`, stop: () => service.stop() };
}

/**
 * Speaks the contract of the signing service, with signatures by the real `countersign-device -o SIGN`. It stands in for
 * programs from before `countersign-device serve`.
 */
export class FakeSigningService implements SigningService {
  private constructor(
    readonly url: string,
    readonly server: Server,
  ) {}

  /** Starts one for a machine on a free port. */
  static async start(device: Device): Promise<FakeSigningService> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const asked = Buffer.concat(chunks).toString();
        void answer(device, request.url ?? "", asked).then(({ status, body }) => {
          response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
        });
      });
    });
    return new FakeSigningService(`http://127.0.0.1:${port}/sign`, server);
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }
}

async function answer(
  device: Device,
  path: string,
  text: string,
): Promise<{ status: number; body: unknown }> {
  if (path !== "/sign" && path !== "/signature") {
    return { status: 404, body: { title: "Not Found" } };
  }
  const { deviceId, message } = JSON.parse(text) as { deviceId: unknown; message: unknown };
  if (deviceId !== device.deviceId || typeof message !== "string") {
    return { status: 400, body: { title: "Bad Request" } };
  }
  return { status: 200, body: { signature: await device.sign(message) } };
}
