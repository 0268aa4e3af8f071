import { afterAll, beforeAll, expect, test } from "vitest";
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import {
  Device,
  FakeSigningService,
  Phone,
  Provider,
  Redis,
  startSigningService,
} from "@countersign/testing";

let provider: Provider;

beforeAll(async () => {
  provider = await Provider.start();
});

afterAll(async () => {
  await provider.stop();
});

test("a provider serves, is halted, and serves the same again", async () => {
  const metadata = async (): Promise<unknown> =>
    (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json();
  const before = await metadata();
  expect(before).toMatchObject({ issuer: provider.issuer });
  await provider.halt();
  await expect(metadata()).rejects.toThrow();
  await provider.serve();
  expect(await metadata()).toEqual(before);
});

test("a machine is registered, approved, and signs by its service", async () => {
  const device = await Device.register(provider);
  const list: unknown = await provider.command("device", "list");
  expect(list).toEqual([expect.objectContaining({ deviceId: device.deviceId })]);
  for (const service of [await startSigningService(device), await FakeSigningService.start(device)]) {
    const sign = (deviceId: string): Promise<Response> => {
      const body = JSON.stringify({ deviceId, message: assertion(device) });
      return fetch(service.url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    };
    const answer = await sign(device.deviceId);
    expect(await answer.json()).toEqual({ signature: expect.stringMatching(/^[\w-]{86}$/) as string });
    expect((await sign("somebody else")).ok).toBe(false);
    await service.stop();
    await expect(sign(device.deviceId)).rejects.toThrow();
  }
});

/** What a machine signs to authenticate (RFC 7523 §3): a signing service signs nothing else. */
function assertion({ clientId }: Device): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: provider.issuer,
    jti: randomUUID(),
    iat,
    nbf: iat,
    exp: iat + 300,
  };
  const parts = [{ alg: "ES256", typ: "JWT" }, claims];
  return parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
}

test("people have phones: the first operator and everybody who is invited", async () => {
  const master = await Phone.ofMaster(provider);
  const person = await Phone.ofNewPerson(provider, "user.name@OnesID1");
  expect(master.username).toBe(provider.master.username);
  expect(person.pem).toContain("PRIVATE KEY");
  expect(await person.list()).toEqual([]);
  const hint = await person.loginHintToken();
  expect(hint.kind).toBe("login_hint_token");
});

test("a Redis answers, is gone, and answers again", async () => {
  const redis = await Redis.start();
  expect(await ping(redis)).toBe("+PONG\r\n");
  await redis.halt();
  await expect(ping(redis)).rejects.toThrow("ECONNREFUSED");
  await redis.serve();
  expect(await ping(redis)).toBe("+PONG\r\n");
  await redis.stop();
});

function ping(redis: Redis): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(redis.port, "127.0.0.1");
    socket.once("error", reject);
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.write("PING\r\n");
  });
}
