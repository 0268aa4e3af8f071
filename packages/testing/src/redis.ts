import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { Running } from "./programs.js";

/** Debian's Redis on a free port, without persistence. */
export class Redis {
  #server: Running | undefined;

  private constructor(
    readonly port: number,
    readonly folder: string,
  ) {}

  /** Starts one. It needs `apt-get install redis-server`. */
  static async start(): Promise<Redis> {
    const redis = new Redis(await freePort(), await mkdtemp(join(tmpdir(), "countersign-redis-")));
    await redis.serve();
    return redis;
  }

  /** Where it listens. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it again, empty, on the same port after {@link halt}. */
  async serve(): Promise<void> {
    const network = ["--port", String(this.port), "--bind", "127.0.0.1"];
    const memory = ["--save", "", "--appendonly", "no", "--dir", this.folder];
    const server = new Running("redis-server", [...network, ...memory]);
    this.#server = server;
    await server.lineMatching(/Ready to accept connections/);
  }

  /** Takes it away at once, as a crash would. */
  async halt(): Promise<void> {
    await this.#server?.stop("SIGKILL");
    this.#server = undefined;
  }

  /** Takes it away for good. */
  async stop(): Promise<void> {
    await this.halt();
    await rm(this.folder, { recursive: true, force: true });
  }
}
