/** Sends one command to Redis and gives its answer. */
export type RedisCommand = (name: string, ...args: string[]) => Promise<unknown>;

type Method = (...args: unknown[]) => unknown;

/** What the services of well known Redis modules call the client that they hold. */
const HOLDERS = ["getOrThrow", "getClient"];

/**
 * Finds out how commands are sent with what an application has: a client of `ioredis`, a client of `redis`, our
 * `RedisService`, or another module's service whose `getOrThrow()`, `getClient()` or `client` is such a client.
 *
 * @throws TypeError if it is none of these.
 */
export function redisCommand(redis: unknown): RedisCommand {
  const call = method(redis, "call");
  if (call) {
    return async (name, ...args) => await call(name, ...args);
  }
  // ioredis has a `sendCommand` too, which takes something else: `call` comes first.
  const sendCommand = method(redis, "sendCommand");
  if (sendCommand) {
    return async (name, ...args) => await sendCommand([name, ...args]);
  }
  const held = holder(redis);
  if (held === undefined) {
    throw new TypeError("redisService is no client of ioredis or redis, and holds none");
  }
  return redisCommand(held);
}

function holder(service: unknown): unknown {
  for (const name of HOLDERS) {
    const get = method(service, name);
    if (get) {
      return get();
    }
  }
  return (service as { client?: unknown } | null | undefined)?.client;
}

function method(owner: unknown, name: string): Method | undefined {
  const found = (owner as Record<string, unknown> | null | undefined)?.[name];
  return typeof found === "function" ? (found as Method).bind(owner) : undefined;
}
