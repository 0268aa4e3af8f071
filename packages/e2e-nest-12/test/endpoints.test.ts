// What front ends and phones get from the endpoints, also when something is wrong.
import "reflect-metadata";
import { ValidationPipe } from "@nestjs/common";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { CIBA_GRANT_TYPE, LOGIN_HINT_KIND } from "@countersign/common";
import { Device, Phone, startSigningService } from "@countersign/testing";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { Shop } from "./application.js";
import type { Answer } from "./http.js";
import { Stage } from "./stage.js";

let stage: Stage;
let shop: Shop;

beforeAll(async () => {
  stage = await Stage.set();
  // Strict validation, as applications configure it: it must neither strip nor refuse what our endpoints read themselves.
  const pipe = new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true });
  shop = await Shop.open(stage, { prepare: (app) => app.useGlobalPipes(pipe) });
});

beforeEach(async () => {
  // Nothing waits from the test before.
  for (const { id } of await stage.phone.list()) {
    await stage.phone.run("deny", id);
  }
});

afterAll(async () => {
  await shop.close();
  await stage.clear();
});

const TOKEN = "/auth/oidc/token";
const ASK = "/auth/oidc/bc-authorize";
const poll = (id: unknown, at = shop): Promise<Answer> =>
  at.client.post(TOKEN, { grant_type: CIBA_GRANT_TYPE, authRequestId: id });
const byUsername = (at = shop): Promise<Answer> =>
  at.client.post(ASK, { loginHintKind: LOGIN_HINT_KIND.LOGIN_HINT, userIdentifier: stage.phone.username });
const scan = async (sessionId: unknown, phone = stage.phone): Promise<Answer> => {
  const { kind, value } = await phone.loginHintToken();
  return shop.client.post(ASK, { loginHintKind: kind, userIdentifier: value, sessionId, resource: "idp" });
};
const cookieOf = (answer: Answer): string => answer.headers.get("set-cookie")?.split(";")[0] ?? "";

it("makes a session by POST with 201 and by GET with 200, and keeps answers out of caches", async () => {
  const [posted, got] = [await shop.client.post("/auth/qr/make"), await shop.client.get("/auth/qr/make")];
  expect([posted.status, got.status]).toEqual([201, 200]);
  for (const { body, headers } of [posted, got]) {
    expect(body).toMatchObject({ kind: "qr_client", expIn: 300, interval: 3, cibaRequestInvoked: false });
    expect(headers.get("cache-control")).toBe("no-store");
  }
});

it("shows a session to the browser that asked for it and to no other", async () => {
  const made = await shop.client.post("/auth/qr/make");
  expect(made.headers.get("set-cookie")).toMatch(
    /^countersign_qr=[\w-]{22}; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const look = (Cookie?: string) =>
    shop.client.post("/auth/qr/status", { sessionId: made.body.sessionId }, Cookie ? { Cookie } : {});
  expect(await look(`theme=dark; ${cookieOf(made)}`)).toMatchObject({
    status: 201,
    body: { aud: stage.device.clientId },
  });
  const other = cookieOf(await shop.client.post("/auth/qr/make"));
  for (const cookie of [undefined, other, "countersign_qr=none"]) {
    const { status, body } = await look(cookie);
    expect(status).toBe(404);
    expect(body).toEqual({ error: "not_found", error_description: "Session not found" });
  }
});

it("keeps the browser's cookie from one code to the next, and beside cookies of the application", async () => {
  const first = cookieOf(await shop.client.post("/auth/qr/make"));
  const second = await shop.client.post("/auth/qr/make", undefined, { Cookie: first });
  expect(second.headers.get("set-cookie")).toBeNull();
  const status = await shop.client.post(
    "/auth/qr/status",
    { sessionId: second.body.sessionId },
    { Cookie: first },
  );
  expect(status.status).toBe(201);
});

it("sends the cookie over TLS only where browsers come over TLS, and none where sessions are not bound", async () => {
  const secure = await Shop.open(stage, { host: "https://shop.example" });
  const free = await Shop.open(stage, { config: { bindToBrowser: false } });
  try {
    expect((await secure.client.post("/auth/qr/make")).headers.get("set-cookie")).toMatch(/; Secure$/);
    const made = await free.client.post("/auth/qr/make");
    expect(made.headers.get("set-cookie")).toBeNull();
    const { sessionId } = made.body;
    expect((await free.client.post("/auth/qr/status", { sessionId })).status).toBe(201);
  } finally {
    await Promise.all([secure.close(), free.close()]);
  }
});

it("signs in by a code from the first look to the tokens", async () => {
  const made = await shop.client.post("/auth/qr/make");
  const { sessionId } = made.body;
  const scanned = await scan(sessionId);
  expect(scanned.status).toBe(201);
  const look = await shop.client.post("/auth/qr/status", { sessionId }, { Cookie: cookieOf(made) });
  expect(look.body).toMatchObject({ cibaRequestInvoked: true, authRequestId: scanned.body.auth_req_id });
  await stage.phone.approve();
  expect(await poll(look.body.authRequestId)).toMatchObject({ status: 201, body: { token_type: "Bearer" } });
});

it("takes an animated code while it is on the screen, and no other", async () => {
  // Before the code: it lives for five seconds.
  const { kind, value } = await stage.phone.loginHintToken();
  const made = await shop.client.post("/auth/qr/make", { animated: true });
  expect(made.body).toMatchObject({ refreshIn: 1 });
  const { sessionId, t, m } = JSON.parse(made.body.qrContent) as { sessionId: string; t: number; m: string };
  const scanned = { loginHintKind: kind, userIdentifier: value, sessionId };
  expect(await shop.client.post(ASK, scanned)).toMatchObject({
    status: 400,
    body: { error: "invalid_request" },
  });
  const forged = { ...scanned, t: t + 1, m };
  expect(await shop.client.post(ASK, forged)).toMatchObject({
    status: 403,
    body: { error: "access_denied" },
  });
  expect((await shop.client.post(ASK, { ...scanned, t, m })).status).toBe(201);
});

it("tells the person where the browser is that asks, also when a phone scanned its code", async () => {
  const config = {
    bindingMessage: (ip?: string) => `Sign in from ${ip ?? "nowhere"}`,
    resource: "idp",
  } as const;
  const other = await Shop.open(stage, {
    config,
    prepare: (app) => (app as NestExpressApplication).set("trust proxy", true),
  });
  try {
    const from = { "X-Forwarded-For": "198.51.100.7" };
    const { body } = await other.client.post("/auth/qr/make", undefined, from);
    const { kind, value } = await stage.phone.loginHintToken();
    const scanned = { loginHintKind: kind, userIdentifier: value, sessionId: body.sessionId };
    await other.client.post(ASK, scanned, { "X-Forwarded-For": "203.0.113.9" });
    expect((await stage.phone.item()).bindingMessage).toBe("Sign in from 198.51.100.7");
    await stage.phone.deny();
    await other.client.post(ASK, { loginHintKind: "login_hint", userIdentifier: stage.phone.username }, from);
    expect((await stage.phone.item()).bindingMessage).toBe("Sign in from 198.51.100.7");
  } finally {
    await other.close();
  }
});

it("refuses a second phone while the first one's sign-in is open", async () => {
  const other = await Phone.ofNewPerson(stage.provider, "second.phone@OnesID1");
  const { body } = await shop.client.post("/auth/qr/make");
  expect((await scan(body.sessionId)).status).toBe(201);
  const { status, body: refusal } = await scan(body.sessionId, other);
  expect(status).toBe(409);
  expect(refusal).toMatchObject({ error: "conflict" });
  expect(await other.list()).toEqual([]);
});

it("refuses a scan that names its person by username, and one of a session that is not there", async () => {
  const { body } = await shop.client.post("/auth/qr/make");
  const typed = {
    loginHintKind: "login_hint",
    userIdentifier: stage.phone.username,
    sessionId: body.sessionId,
  };
  expect(await shop.client.post(ASK, typed)).toMatchObject({
    status: 400,
    body: { error: "invalid_request" },
  });
  expect(await scan("unknown")).toMatchObject({
    status: 404,
    body: { error_description: "Session not found" },
  });
});

it("passes on what the provider says about a request of the front end", async () => {
  const unknown = await shop.client.post(ASK, {
    loginHintKind: "login_hint",
    userIdentifier: "nobody@elsewhere.example",
  });
  expect(unknown).toMatchObject({ status: 400, body: { error: "unknown_user_id" } });
  const foreign = await shop.client.post(ASK, {
    loginHintKind: "login_hint_token",
    userIdentifier: "no-token",
    sessionId: (await shop.client.post("/auth/qr/make")).body.sessionId,
  });
  expect(foreign.status).toBe(400);
  expect(await poll("no-such-request")).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  const refresh = await shop.client.post(TOKEN, { grant_type: "refresh_token", refresh_token: "none" });
  expect(refresh).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

it("says so when the person says no, and gives tokens once", async () => {
  const denied = await byUsername();
  await stage.phone.deny();
  expect(await poll(denied.body.auth_req_id)).toMatchObject({
    status: 400,
    body: { error: "access_denied" },
  });
  const asked = await byUsername();
  await stage.phone.approve();
  expect((await poll(asked.body.auth_req_id)).status).toBe(201);
  expect(await poll(asked.body.auth_req_id)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

it.each<[string, object | undefined]>([
  [ASK, undefined],
  [ASK, { loginHintKind: "name", userIdentifier: "marie" }],
  [ASK, { loginHintKind: "login_hint", userIdentifier: ["marie"] }],
  [TOKEN, { grant_type: "password" }],
  [TOKEN, { grant_type: CIBA_GRANT_TYPE }],
  ["/auth/qr/status", {}],
])("refuses a body that is none at %s", async (path, body) => {
  const answer = await shop.client.post(path, body);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ error: "invalid_request" });
  expect(answer.body.error_description).toBeTypeOf("string");
});

it("answers 503 without Redis, still signs in by username, and works again when Redis is back", async () => {
  await stage.redis.halt();
  const gone = await shop.client.post("/auth/qr/make");
  expect(gone.status).toBe(503);
  expect(gone.body).toEqual({
    error: "temporarily_unavailable",
    error_description: expect.stringContaining("codes") as string,
  });
  expect(Number(gone.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await shop.client.post("/auth/qr/status", { sessionId: "any" })).status).toBe(503);
  expect((await scan("any")).status).toBe(503);

  const asked = await byUsername();
  expect(asked.status).toBe(201);
  await stage.phone.approve();
  expect((await poll(asked.body.auth_req_id)).status).toBe(201);

  await stage.redis.serve();
  await expect
    .poll(async () => (await shop.client.post("/auth/qr/make")).status, { timeout: 20_000 })
    .toBe(201);
  const { body } = await shop.client.post("/auth/qr/make");
  expect((await scan(body.sessionId)).status).toBe(201);
});

it("answers 503 without the provider, and works again when it is back", async () => {
  const asked = await byUsername();
  await stage.provider.halt();
  for (const answer of [await byUsername(), await poll(asked.body.auth_req_id)]) {
    expect(answer).toMatchObject({ status: 503, body: { error: "temporarily_unavailable" } });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  await stage.provider.serve();
  expect(await poll(asked.body.auth_req_id)).toMatchObject({
    status: 400,
    body: { error: "authorization_pending" },
  });
});

it("answers 404 for tokens and 500 else when the provider does not accept this service, and logs why", async () => {
  const device = await Device.register(stage.provider, { title: "Sold machine" });
  const signing = await startSigningService(device);
  const { deviceId, clientId } = device;
  const sold = await Shop.open(stage, { settings: { deviceId, clientId, deviceIdentityUrl: signing.url } });
  await stage.provider.command("device", "revoke", deviceId);
  try {
    expect(await poll("any", sold)).toMatchObject({ status: 404, body: { error: "not_found" } });
    expect(await byUsername(sold)).toMatchObject({ status: 500, body: { error: "server_error" } });
    expect(sold.logged.join("\n")).toContain("invalid_client");
  } finally {
    await Promise.all([sold.close(), signing.stop()]);
  }
});

it("answers 503 when its signing service is gone", async () => {
  const other = await Shop.open(stage);
  await stage.signing.stop();
  expect(await byUsername(other)).toMatchObject({ status: 503, body: { error: "temporarily_unavailable" } });
  await other.close();
});

it("never logged a handle, a token or a session", () => {
  const log = shop.logged.join("\n");
  expect(log).not.toMatch(/eyJ/);
  expect(log).not.toMatch(/[\w-]{43}/);
});
