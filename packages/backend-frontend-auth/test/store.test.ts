import {
  MemoryQrSessionStore,
  type QrSessionStore,
  RedisQrSessionStore,
  StoreUnavailable,
} from "@countersign/backend-frontend-auth";
import { RedisService } from "@countersign/backend-frontend-auth/redis";
import { Redis as RedisServer } from "@countersign/testing";
import { Redis as Ioredis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestClock } from "./fixtures.js";

let server: RedisServer;
let ioredis: Ioredis;
let nodeRedis: ReturnType<typeof createClient>;
let service: RedisService;

beforeAll(async () => {
  server = await RedisServer.start();
  ioredis = new Ioredis(server.url, { retryStrategy: () => 20 });
  service = new RedisService(ioredis);
  nodeRedis = createClient({ url: server.url, socket: { reconnectStrategy: 20 } });
  nodeRedis.on("error", () => undefined);
  await nodeRedis.connect();
});

afterAll(async () => {
  service.onModuleDestroy();
  nodeRedis.destroy();
  await server.stop();
});

let stores = 0;
const prefix = (): string => `test:${stores++}:`;

describe.each<[string, () => QrSessionStore]>([
  ["memory", () => new MemoryQrSessionStore()],
  ["Redis by ioredis", () => new RedisQrSessionStore(ioredis, { prefix: prefix() })],
  ["Redis by redis", () => new RedisQrSessionStore(nodeRedis, { prefix: prefix() })],
  ["Redis by a service that holds a client", () => new RedisQrSessionStore(service, { prefix: prefix() })],
  [
    "Redis by a service with getOrThrow()",
    () => new RedisQrSessionStore({ getOrThrow: () => ioredis }, { prefix: prefix() }),
  ],
])("the store in %s", (_, make) => {
  test("gives what was added, and nothing for what was not", async () => {
    const store = make();
    expect(await store.add("a", "one", 60)).toBe(true);
    expect(await store.get("a")).toBe("one");
    expect(await store.get("b")).toBeNull();
  });

  test("adds a key once, also when 64 try at the same time", async () => {
    const store = make();
    const added = await Promise.all(Array.from({ length: 64 }, (_, i) => store.add("a", String(i), 60)));
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await store.get("a")).toBe(String(added.indexOf(true)));
  });

  test("replaces what is there and nothing else", async () => {
    const store = make();
    expect(await store.replace("a", "two")).toBe(false);
    expect(await store.get("a")).toBeNull();
    await store.add("a", "one", 60);
    expect(await store.replace("a", "two")).toBe(true);
    expect(await store.get("a")).toBe("two");
  });

  test("forgets what is removed", async () => {
    const store = make();
    await store.add("a", "one", 60);
    await store.remove("a");
    await store.remove("a");
    expect(await store.get("a")).toBeNull();
    expect(await store.add("a", "again", 60)).toBe(true);
  });
});

test("in memory, a key ends after its time, which a replacement does not prolong", async () => {
  const clock = new TestClock();
  const store = new MemoryQrSessionStore(clock.now);
  await store.add("a", "one", 60);
  clock.pass(59);
  await store.replace("a", "two");
  clock.pass(1);
  expect(await store.get("a")).toBeNull();
  expect(await store.replace("a", "three")).toBe(false);
});

test("in Redis, a key ends after its time, which a replacement does not prolong", async () => {
  const store = new RedisQrSessionStore(ioredis, { prefix: "ends:" });
  await store.add("a", "one", 60);
  await store.replace("a", "two");
  const left = await ioredis.ttl("ends:a");
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(60);
});

test("in memory, a flood forgets the oldest and never fills the memory", async () => {
  const store = new MemoryQrSessionStore();
  for (let i = 0; i <= 10_000; i++) {
    await store.add(String(i), "", 60);
  }
  expect(await store.get("0")).toBeNull();
  expect(await store.get("10000")).toBe("");
});

test("what is no Redis client is refused at once", () => {
  expect(() => new RedisQrSessionStore({ get: () => "a ConfigService" })).toThrow(TypeError);
  expect(() => new RedisQrSessionStore(undefined)).toThrow("redisService");
});

describe.each<[string, () => unknown]>([
  ["ioredis", () => ioredis],
  ["redis", () => nodeRedis],
])("Redis by %s", (_, client) => {
  test("is gone with a clear error, and works again when it is back", async () => {
    const store = new RedisQrSessionStore(client(), { prefix: prefix(), timeout: 200 });
    await server.halt();
    await expect(store.get("a")).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.add("a", "one", 60)).rejects.toBeInstanceOf(StoreUnavailable);
    await server.serve();
    await expect.poll(() => store.get("b").catch(() => "not yet"), { timeout: 20_000 }).toBeNull();
    // Whatever the client queued meanwhile, it is a new key for us.
    expect(await store.add("c", "one", 60)).toBe(true);
  });
});
