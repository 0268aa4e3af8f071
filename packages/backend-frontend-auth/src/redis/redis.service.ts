import { Logger, type OnModuleDestroy } from "@nestjs/common";
import type { Redis } from "ioredis";

/** The application's connection to Redis. It reconnects by itself, and says once when it is gone and once when it is back. */
export class RedisService implements OnModuleDestroy {
  readonly #logger = new Logger("Redis");
  #reachable = true;

  constructor(
    /** The client of `ioredis`. */
    readonly client: Redis,
  ) {
    // Without a listener every failed attempt would be printed with its stack.
    client.on("error", (error: Error) => {
      this.#lost(error);
    });
    client.on("ready", () => {
      this.#found();
    });
  }

  /** The client, by the name that services of other modules have for it. */
  getClient(): Redis {
    return this.client;
  }

  onModuleDestroy(): void {
    this.client.disconnect();
  }

  #lost(error: Error): void {
    if (this.#reachable) {
      this.#reachable = false;
      this.#logger.error(`Redis cannot be reached: ${error.message}`);
    }
  }

  #found(): void {
    if (!this.#reachable) {
      this.#reachable = true;
      this.#logger.log("Redis is reachable again");
    }
  }
}
