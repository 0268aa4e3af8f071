import { type RedisCommand, redisCommand } from "../redis/command.js";
import { type QrSessionStore, StoreUnavailable } from "./store.js";

/** How long Redis may take. A browser polls every few seconds; it is better told soon than late. */
const PATIENCE_MS = 2000;

/** How a Redis store names its keys, and how patient it is. */
export interface RedisQrSessionStoreOptions {
  /** What every key begins with; `countersign:qr:` when absent. */
  prefix?: string;
  /** How many milliseconds a command may take; 2000 when absent. */
  timeout?: number;
}

/**
 * A store in Redis 6 or later, shared by all processes of a service.
 *
 * Every command has a deadline of its own: a client library that queues commands until Redis is back would otherwise
 * keep browsers waiting.
 */
export class RedisQrSessionStore implements QrSessionStore {
  readonly #command: RedisCommand;
  readonly #prefix: string;
  readonly #timeout: number;

  /**
   * @param redis - a client of `ioredis` or of `redis`, or a service that holds one (see {@link redisCommand}).
   * @throws TypeError if it is none of these.
   */
  constructor(
    redis: unknown,
    { prefix = "countersign:qr:", timeout = PATIENCE_MS }: RedisQrSessionStoreOptions = {},
  ) {
    this.#command = redisCommand(redis);
    this.#prefix = prefix;
    this.#timeout = timeout;
  }

  async add(key: string, value: string, seconds: number): Promise<boolean> {
    return (await this.#run("SET", key, value, "EX", String(seconds), "NX")) !== null;
  }

  async get(key: string): Promise<string | null> {
    const value = await this.#run("GET", key);
    return value === null ? null : String(value);
  }

  async replace(key: string, value: string): Promise<boolean> {
    return (await this.#run("SET", key, value, "XX", "KEEPTTL")) !== null;
  }

  async remove(key: string): Promise<void> {
    await this.#run("DEL", key);
  }

  async #run(name: string, key: string, ...further: string[]): Promise<string | number | Buffer | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(reject, this.#timeout, new Error(`no answer within ${this.#timeout} ms`));
    });
    try {
      const answer = this.#command(name, this.#prefix + key, ...further);
      return (await Promise.race([answer, late])) as string | number | Buffer | null;
    } catch (error) {
      throw new StoreUnavailable(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
