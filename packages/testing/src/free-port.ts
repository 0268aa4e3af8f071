import { createServer, type AddressInfo } from "node:net";

let taken = 0;

/**
 * A port that nobody listens on now. The public URL must be known before the provider runs, so the port is too. It lies
 * below the ports that the system gives to outgoing connections, so none of those can take it in between.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + (((process.pid % 80) * 100 + taken++) % 8_000);
    if (await isFree(port)) {
      return port;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      const known = (server.address() as AddressInfo).port === port;
      server.close(() => {
        resolve(known);
      });
    });
  });
}
