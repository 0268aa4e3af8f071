import { IdpError, InvalidAnswerError, UnreachableError } from "@countersign/common";
import { freePort } from "@countersign/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Clock, fakeClient } from "./support/fake-client.js";
import { FakeIdp, json, type Behaviour } from "./support/fake-idp.js";

const TOKEN = "/oidc/token";
const INTROSPECTION = "/oidc/token/introspection";
const BACKCHANNEL = "/oidc/backchannel";
const byName = { loginHint: { kind: "login_hint", value: "ada@OnesID1" } } as const;
const soon = json(
  503,
  { error: "temporarily_unavailable", error_description: "soon" },
  { "Retry-After": "2" },
);
const cut: Behaviour = (_, response) => response.destroy();

let idp: FakeIdp;
let clock: Clock;

beforeAll(async () => {
  idp = await FakeIdp.start();
});

beforeEach(() => {
  idp.reset();
  clock = new Clock();
});

afterAll(async () => {
  await idp.stop();
});

test("a provider that is not there cannot be reached, and the call was tried three times", async () => {
  const auth = fakeClient(`http://127.0.0.1:${await freePort()}`, clock);
  const error: unknown = await auth.makeDeviceAccessToken().catch((failed: unknown) => failed);
  expect(error).toBeInstanceOf(UnreachableError);
  expect(error).toMatchObject({ code: "ERR_NETWORK", cause: { message: "ECONNREFUSED" } });
  expect((error as { response?: unknown }).response).toBeUndefined();
  expect(clock.slept).toEqual([100, 200]);
});

test("a provider that is silent, and one that never ends its answer, are left", async () => {
  const silent: Behaviour = () => undefined;
  const half: Behaviour = (_, response) => response.writeHead(200).write("{");
  for (const behaviour of [silent, half]) {
    idp.on(TOKEN, behaviour);
    const auth = fakeClient(idp.host, clock, { transport: { timeout: 200, tries: 1 } });
    await expect(auth.makeDeviceAccessToken()).rejects.toMatchObject({
      name: "UnreachableError",
      code: "ETIMEDOUT",
    });
  }
});

test("an answer without end is cut at 64 KiB", async () => {
  const closed = new Promise<void>((resolve) => {
    idp.on(TOKEN, (_, response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      const more = (): void => {
        while (!response.destroyed && response.write(" ".repeat(16_384)));
      };
      response.on("drain", more).on("close", resolve);
      more();
    });
  });
  await expect(fakeClient(idp.host, clock).makeDeviceAccessToken()).rejects.toThrow("longer than 64 KiB");
  await closed;
});

test("a redirect is not followed: nobody else is handed the assertion", async () => {
  const other = await FakeIdp.start();
  for (const status of [301, 302, 307, 308]) {
    idp.on(TOKEN, (_, response) => response.writeHead(status, { Location: `${other.host}${TOKEN}` }).end());
    await expect(fakeClient(idp.host, clock).makeDeviceAccessToken()).rejects.toThrow("redirects elsewhere");
  }
  expect(other.asked).toEqual([]);
  await other.stop();
});

test("HTML is no answer, whatever its status", async () => {
  const html = (status: number): Behaviour => {
    return (_, response) =>
      response.writeHead(status, { "Content-Type": "text/html" }).end("<h1>Welcome</h1>");
  };
  idp.on(TOKEN, html(200));
  await expect(fakeClient(idp.host, clock).makeDeviceAccessToken()).rejects.toBeInstanceOf(
    InvalidAnswerError,
  );
  idp.on(TOKEN, html(500));
  const error: unknown = await fakeClient(idp.host, clock)
    .makeDeviceAccessToken()
    .catch((failed: unknown) => failed);
  expect(error).toBeInstanceOf(IdpError);
  expect(error).toMatchObject({
    status: 500,
    error: undefined,
    code: "ERR_BAD_RESPONSE",
    response: { data: {} },
  });
});

test("an answer without what was asked for is none", async () => {
  for (const answer of [
    {},
    [],
    null,
    7,
    { access_token: 7 },
    { access_token: "t", token_type: "Bearer", expires_in: "600" },
  ]) {
    idp.on(TOKEN, json(200, answer));
    await expect(fakeClient(idp.host, clock).makeDeviceAccessToken()).rejects.toBeInstanceOf(
      InvalidAnswerError,
    );
  }
});

test("what is safe is repeated, each time with an assertion of its own", async () => {
  idp.on(INTROSPECTION, soon, cut, json(200, { active: false, sub: "somebody" }));
  expect(await fakeClient(idp.host, clock).tokenIntrospection("token")).toEqual({ active: false });
  const forms = idp.asked
    .filter(({ path }) => path === INTROSPECTION)
    .map(({ body }) => new URLSearchParams(body));
  expect(new Set(forms.map((form) => form.get("client_assertion"))).size).toBe(3);
  expect(clock.slept).toEqual([2100, 200]);
});

test("a refresh whose answer was lost is sent again byte for byte", async () => {
  const fresh = json(200, {
    access_token: "new",
    token_type: "Bearer",
    expires_in: 3600,
    refresh_token: "next",
  });
  idp.on(TOKEN, cut, fresh);
  const tokens = await fakeClient(idp.host, clock).refreshAccessToken("refresh-token");
  expect(tokens).toMatchObject({ access_token: "new", refresh_token: "next", scope: "" });
  const [first, second] = idp.asked.filter(({ path }) => path === TOKEN).map(({ body }) => body);
  expect(second).toBe(first);
});

test("a person is not asked twice, and tokens are not collected twice, by themselves", async () => {
  const auth = fakeClient(idp.host, clock);
  idp.on(BACKCHANNEL, cut);
  await expect(auth.makeCibaRequest(byName)).rejects.toBeInstanceOf(UnreachableError);
  expect(idp.count(BACKCHANNEL)).toBe(1);
  idp.on(TOKEN, cut);
  await expect(auth.checkCibaStatus("auth-req-id")).rejects.toBeInstanceOf(UnreachableError);
  expect(idp.count(TOKEN)).toBe(1);
});

test("a provider that wants to be left alone is left alone", async () => {
  const alone = json(429, { error: "too_many_requests", error_description: "wait" }, { "Retry-After": "60" });
  idp.on(INTROSPECTION, alone);
  await expect(fakeClient(idp.host, clock).tokenIntrospection("token")).rejects.toMatchObject({
    status: 429,
    retryAfter: 60,
    advice: { kind: "wait", seconds: 60 },
  });
  expect(idp.count(INTROSPECTION)).toBe(1);
});

test("a wait outlasts a provider that restarts, and ends when the time is over", async () => {
  const pending = json(400, { error: "authorization_pending", error_description: "not yet" });
  const slow = json(400, { error: "slow_down", error_description: "slower" });
  const tokens = json(200, { access_token: "a", token_type: "Bearer", expires_in: 3600, scope: "openid" });
  const request = { auth_req_id: "auth-req-id", expires_in: 600, interval: 3 };
  idp.on(TOKEN, pending, soon, cut, slow, pending, tokens);
  await expect(fakeClient(idp.host, clock).waitForTokens(request)).resolves.toMatchObject({
    scope: "openid",
  });
  expect(idp.count(TOKEN)).toBe(6);
  // CIBA Core §11: five seconds more from `slow_down` on.
  expect(clock.slept.at(-1)).toBeGreaterThanOrEqual(8000);

  idp.on(TOKEN, pending);
  await expect(
    fakeClient(idp.host, clock).waitForTokens({ ...request, expires_in: 30 }),
  ).rejects.toMatchObject({
    name: "ExpiredError",
  });
});

test("an address that says more than a host, or is not encrypted, is refused at once", () => {
  for (const address of ["", "id.example.com", "ftp://id.example.com", "http://id.example.com"]) {
    expect(() => fakeClient(address)).toThrow(TypeError);
  }
  for (const address of [
    "https://id.example.com/oidc",
    "https://user:pass@id.example.com",
    "https://id.example.com/?a",
  ]) {
    expect(() => fakeClient(address)).toThrow(
      "idpBaseUrl must be scheme and host only, such as https://id.example.com",
    );
  }
  const insecure = { danger_allowHttp: true };
  expect(fakeClient("http://id.example.com/", clock, insecure).issuer).toBe("http://id.example.com/oidc");
  expect(() => fakeClient("https://id.example.com", clock, { clockTolerance: 61 })).toThrow("clockTolerance");
});
