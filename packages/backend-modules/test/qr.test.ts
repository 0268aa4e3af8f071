import type { DeviceAuthentication, QrSession, Runtime } from "@countersign/backend-modules";
import { qrContent } from "@countersign/common";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deviceAuth, world, type World } from "./support/world.js";

let here: World;
/** How many sign-in requests were sent. */
let requests = 0;
let auth: DeviceAuthentication;

beforeAll(async () => {
  here = await world();
  const counting: Runtime["fetch"] = (url, init) => {
    requests += url.endsWith("/oidc/backchannel") ? 1 : 0;
    return fetch(url, init);
  };
  auth = deviceAuth(here, { runtime: { fetch: counting } });
});

afterAll(async () => {
  await here.provider.stop();
});

test("a phone scans, many browsers look, and the person is asked once", async () => {
  const session = await auth.makeQrAuthSessionIdp();
  expect(session).toMatchObject({
    kind: "qr",
    interval: 3,
    cibaRequestInvoked: false,
    aud: here.device.clientId,
  });
  expect(session.cbUrl).toBe(`${here.provider.host}/auth/oidc/bc-authorize`);
  expect(await auth.verifyQrAuthSessionIdp(session.sessionId)).toMatchObject({ cibaRequestInvoked: false });

  await here.phone.scan(qrContent(session));
  requests = 0;
  const looks = await Promise.all(
    Array.from({ length: 16 }, () => auth.verifyQrAuthSessionIdp({ sessionId: session.sessionId })),
  );
  expect(requests).toBe(1);
  const [first] = looks;
  const authRequestId = first?.authRequestId ?? "";
  expect(authRequestId).not.toBe("");
  for (const look of looks) {
    expect(look).toMatchObject({ authRequestId, cibaRequestInvoked: true });
    expect(look).not.toHaveProperty("loginHintToken");
  }
  expect(await auth.verifyQrAuthSessionIdp(session.sessionId)).toMatchObject({ authRequestId });
  expect(requests).toBe(1);

  await here.phone.approve();
  const { id_token = "" } = await auth.checkCibaStatus(authRequestId);
  expect(await auth.validateJwt(id_token)).toMatchObject({ sub: here.phone.userId });
});

test("two processes of one service make one request of one session", async () => {
  const other = deviceAuth(here);
  const session = await auth.makeQrAuthSessionIdp();
  await here.phone.scan(qrContent(session));
  const looks = await Promise.all([auth, other].map((one) => one.verifyQrAuthSessionIdp(session.sessionId)));
  expect(looks[0]?.authRequestId).toBe(looks[1]?.authRequestId);
  expect(await here.phone.list()).toHaveLength(1);
  await here.phone.deny();
});

test("a wait for a scan of an animated code ends with the request", async () => {
  const session = await auth.makeQrAuthSessionIdp({ animated: true });
  expect(session.refreshIn).toBe(1);
  const drawn: QrSession = (await auth.verifyQrAuthSessionIdp(session.sessionId)) ?? session;
  await here.phone.scan(qrContent(drawn));
  const scanned = await auth.waitForQrScan(session, {
    interval: 0.01,
    bindingMessage: "Sign in at the desk",
    verification: ["compare"],
  });
  const item = await here.phone.item();
  expect(item.bindingMessage).toBe("Sign in at the desk");
  expect(scanned.verification).toEqual({ mode: "compare", code: item.verification.code });
  await here.phone.approve();
  const { scope } = await auth.waitForTokens(scanned.authRequestId, { interval: 0.01 });
  expect(scope).toBe("openid offline_access profile");
});

test("a session that nobody made is none", async () => {
  expect(await auth.verifyQrAuthSessionIdp("no-such-session")).toBeNull();
  const session = await auth.makeQrAuthSessionIdp();
  await expect(
    auth.waitForQrScan({ ...session, sessionId: "gone" }, { interval: 0.01 }),
  ).rejects.toMatchObject({
    name: "ExpiredError",
  });
});

test("a request that the provider refuses is tried again at the next look", async () => {
  const session = await auth.makeQrAuthSessionIdp();
  await here.phone.scan(qrContent(session));
  const { sessionId } = session;
  const tooLong = auth.verifyQrAuthSessionIdp({ sessionId, bindingMessage: "x".repeat(200) });
  await expect(tooLong).rejects.toMatchObject({ error: "invalid_binding_message" });
  expect(await auth.verifyQrAuthSessionIdp(sessionId)).toMatchObject({ cibaRequestInvoked: true });
  await here.phone.deny();
});

test("a code of the older form gives the device the person's token", async () => {
  const session = await auth.makeLegacyQrSession();
  expect(session).toMatchObject({ deviceId: here.device.deviceId, exp: 300 });
  expect(await auth.legacyQrStatus(session.auth_req_id)).toMatchObject({ status: "pending" });
  const { auth_req_id, deviceId } = session;
  await here.phone.scan(JSON.stringify({ auth_req_id, deviceId }));
  await here.phone.approve();
  const approved = await auth.legacyQrStatus(auth_req_id);
  expect(approved).toMatchObject({ status: "approved", deviceId });
  expect(await auth.identify(approved.access_token ?? "")).toMatchObject({ username: here.phone.username });
});
