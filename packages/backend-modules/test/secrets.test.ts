import { inspect } from "node:util";
import {
  MobileDeviceAuthentication,
  localSigningFunction,
  axiosConfigDefault,
  cmApplications,
} from "@countersign/backend-modules";
import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Clock, fakeClient } from "./support/fake-client.js";
import { FakeIdp, json, type Asked, type Behaviour } from "./support/fake-idp.js";

const REFRESH_TOKEN = "refresh-token-that-nobody-may-see";
const ACCESS_TOKEN = "access-token-that-nobody-may-see";
const AUTH_REQ_ID = "auth-req-id-that-nobody-may-see";
const LOGIN_HINT_TOKEN = "login-hint-token-that-nobody-may-see";
const BEARER = "bearer-token-that-nobody-may-see";
const SECRETS = [REFRESH_TOKEN, ACCESS_TOKEN, AUTH_REQ_ID, LOGIN_HINT_TOKEN, BEARER, "eyJ"];

let idp: FakeIdp;

beforeAll(async () => {
  idp = await FakeIdp.start();
});

afterAll(async () => {
  await idp.stop();
});

/** Refuses, and says everything that it was sent, as a verbose proxy or a debug build would. */
const parrot: Behaviour = (asked, response) => {
  const heard = `${asked.path} ${asked.authorization ?? ""} ${asked.body} ${decodeURIComponent(asked.body)}`;
  const said = {
    error: "invalid_request",
    error_description: `you said ${heard}`,
    message: heard,
    more: heard,
  };
  json(400, said, { "x-request-id": heard.replaceAll(/[^\x20-\x7e]/g, ""), "x-echo": "no" })(asked, response);
};

/** Everything that a logger could print of an error. */
function printed(error: unknown): string {
  return `${inspect(error, { depth: Infinity, showHidden: true })} ${JSON.stringify(error)} ${String(error)}`;
}

test("no error holds what was sent, even if the provider says it back", async () => {
  const clock = new Clock();
  const auth = fakeClient(idp.host, clock);
  idp.on("/oidc/token", json(200, { access_token: BEARER, expires_in: 600, token_type: "Bearer" }));
  await auth.deviceAccessToken();
  for (const path of [
    "/oidc/token",
    "/oidc/token/introspection",
    "/oidc/token/revocation",
    "/oidc/backchannel",
  ]) {
    idp.on(path, parrot);
  }
  for (const path of [
    "/oidc/qr/make",
    "/oidc/qr/status",
    "/oidc/consent",
    "/oidc/identify",
    `/auth/qr/${AUTH_REQ_ID}`,
  ]) {
    idp.on(path, parrot);
  }
  idp.on("/applications", parrot);
  const calls: (() => Promise<unknown>)[] = [
    () => auth.makeDeviceAccessToken(),
    () => auth.tokenIntrospection(ACCESS_TOKEN),
    () => auth.revokeToken(REFRESH_TOKEN),
    () => auth.refreshAccessToken(REFRESH_TOKEN),
    () => auth.checkCibaStatus(AUTH_REQ_ID),
    () => auth.makeCibaRequest({ loginHint: { kind: "login_hint_token", value: LOGIN_HINT_TOKEN } }),
    () => auth.makeQrAuthSessionIdp(),
    () => auth.verifyQrAuthSessionIdp(AUTH_REQ_ID),
    () => auth.legacyQrStatus(AUTH_REQ_ID),
    () => auth.identify(ACCESS_TOKEN),
    () => auth.makeConsentRequest("subject", "https://shop.example", [], "reason"),
    () => cmApplications.list(axiosConfigDefault(ACCESS_TOKEN, { baseURL: idp.host })),
  ];
  for (const call of calls) {
    const error: unknown = await call().catch((failed: unknown) => failed);
    expect(error).toMatchObject({ name: "IdpError", status: 400, error: "invalid_request" });
    expect(printed(error)).toContain("[redacted]");
    for (const secret of SECRETS) {
      expect(printed(error)).not.toContain(secret);
    }
  }
});

test("no error of a lost answer holds a secret, and neither do the objects themselves", async () => {
  const auth = fakeClient(idp.host, new Clock(), { transport: { tries: 1 } });
  // Not HTTP: what the parser's error quotes is the answer, which quotes the request.
  idp.on("/oidc/token", (asked: Asked, response) => {
    response.socket?.end(`SPDY ${asked.body}\r\n\r\n`);
  });
  const error: unknown = await auth.refreshAccessToken(REFRESH_TOKEN).catch((failed: unknown) => failed);
  expect(error).toMatchObject({ name: "UnreachableError" });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const mobile = new MobileDeviceAuthentication({
    name: "phone",
    idpBaseUrl: idp.host,
    deviceClientId: "phone",
  });
  mobile.loadKeys({ privateKey });
  const text = [error, auth, mobile, localSigningFunction(pem)].map(printed).join(" ");
  for (const secret of [...SECRETS, pem.split("\n")[1] ?? pem]) {
    expect(text).not.toContain(secret);
  }
});

test("what the provider explains stays readable: one line, and not too long", async () => {
  idp.on(
    "/oidc/token",
    json(400, { error: "invalid_grant", error_description: `no\r\n\u001b[31mred ${"x".repeat(2000)}` }),
  );
  const error: unknown = await fakeClient(idp.host)
    .checkCibaStatus("short")
    .catch((failed: unknown) => failed);
  const { message } = error as Error;
  expect(message).toMatch(/^invalid_grant: no \[31mred x+…$/);
  expect(message.length).toBeLessThan(600);
});
