import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Clock, fakeClient } from "./support/fake-client.js";
import { FakeIdp, json, type Behaviour } from "./support/fake-idp.js";

const TOKEN = "/oidc/token";

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

/** Gives a new token at each request. */
function numbered(expires_in: number): Behaviour {
  let n = 0;
  return (asked, response) => {
    json(200, { access_token: `token-${++n}`, expires_in, token_type: "Bearer" })(asked, response);
  };
}

test("the machine's token is renewed 100 seconds before its end", async () => {
  idp.on(TOKEN, numbered(600));
  const auth = fakeClient(idp.host, clock);
  expect(await auth.deviceAccessToken()).toBe("token-1");
  clock.pass(499);
  expect(await auth.deviceAccessToken()).toBe("token-1");
  clock.pass(1);
  expect(await auth.deviceAccessToken()).toBe("token-2");
});

test("a token that lives shortly is renewed at half of its life", async () => {
  idp.on(TOKEN, numbered(60));
  const auth = fakeClient(idp.host, clock);
  await auth.deviceAccessToken();
  clock.pass(29);
  expect(await auth.deviceAccessToken()).toBe("token-1");
  clock.pass(1);
  expect(await auth.deviceAccessToken()).toBe("token-2");
});

test("a token that was asked for by itself is used from then on", async () => {
  idp.on(TOKEN, numbered(600));
  const auth = fakeClient(idp.host, clock);
  await auth.deviceAccessToken();
  const { access_token } = await auth.makeDeviceAccessToken();
  expect(await auth.deviceAccessToken()).toBe(access_token);
  expect(access_token).toBe("token-2");
});

test("a failure is told to all who wait, and is not remembered", async () => {
  const no = json(401, { error: "invalid_client", error_description: "unknown" });
  idp.on(TOKEN, no, numbered(600));
  const auth = fakeClient(idp.host, clock);
  const both = await Promise.allSettled([auth.deviceAccessToken(), auth.deviceAccessToken()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(idp.count(TOKEN)).toBe(1);
  expect(await auth.deviceAccessToken()).toBe("token-1");
});
