import {
  deviceIdentitySigningFunction,
  loadSystemConfig,
  type Runtime,
  type SigningAlgorithm,
} from "@countersign/backend-modules";
import { IdpError, LOGIN_HINT_KIND } from "@countersign/common";
import { Device, startSigningService, type DeviceKeyType } from "@countersign/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deviceAuth, PERSON, world, type World } from "./support/world.js";

let here: World;

beforeAll(async () => {
  here = await world();
  const { clientId } = here.device;
  await here.provider.command("app", "add", "Example", "--hostname", "example.com", "--client", clientId);
});

afterAll(async () => {
  await here.provider.stop();
});

const byName = { loginHint: { kind: LOGIN_HINT_KIND.LOGIN_HINT, value: PERSON } };

test.for<[DeviceKeyType, SigningAlgorithm]>([
  ["RSA:2048", "RS256"],
  ["ECC:p256", "ES256"],
  ["ECC:p384", "ES384"],
  ["ECC:p521", "ES512"],
])(
  "a machine with the key %s proves itself by the signing service and by its own key",
  async ([keyType, algorithm]) => {
    const device = await Device.register(here.provider, { keyType });
    const config = loadSystemConfig(device.configPath);
    expect(config).toMatchObject({
      deviceId: device.deviceId,
      clientId: device.clientId,
      authServerUrl: here.provider.host,
      keyType,
      algorithm,
      role: "server",
    });

    const service = await startSigningService(device);
    const served = deviceAuth(
      { ...here, device },
      {
        functions: { signingFunction: deviceIdentitySigningFunction },
        deviceIdentityUrl: service.url,
        algorithm: config.algorithm,
      },
    );
    const [header = ""] = (await served.makeDeviceJwt()).split(".");
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: algorithm, typ: "JWT" });
    expect(await served.makeDeviceAccessToken()).toMatchObject({ expires_in: 600, token_type: "Bearer" });
    await service.stop();

    const { access_token } = await deviceAuth({ ...here, device }).makeDeviceAccessToken();
    expect(access_token).not.toContain(".");
    expect(await served.tokenIntrospection("unknown").catch((error: unknown) => error)).toMatchObject({
      name: "SigningError",
      advice: { kind: "retry" },
    });
  },
);

test("a person signs in by name, and the tokens are validated, introspected, renewed and given back", async () => {
  const auth = deviceAuth(here);
  const request = await auth.makeCibaRequest(byName);
  expect(request).toMatchObject({ expires_in: 600, interval: 3 });

  const pending = await auth.checkCibaStatus(request.auth_req_id).catch((error: unknown) => error);
  expect(pending).toBeInstanceOf(IdpError);
  expect(pending).toMatchObject({
    isAxiosError: true,
    response: {
      status: 400,
      data: { error: "authorization_pending", error_description: expect.any(String) as string },
    },
  });

  expect((await here.phone.item()).bindingMessage).toBe("Authorize login to Example.com");
  await here.phone.approve();
  const tokens = await auth.checkCibaStatus(request.auth_req_id);
  expect(tokens).toMatchObject({
    token_type: "Bearer",
    expires_in: 3600,
    scope: "openid offline_access profile",
  });
  const { id_token = "", refresh_token = "", access_token } = tokens;

  const claims = await auth.validateJwt(id_token);
  expect(claims).toMatchObject({
    iss: here.provider.issuer,
    aud: here.device.clientId,
    sub: here.phone.userId,
  });
  expect(await auth.tokenIntrospection(access_token)).toMatchObject({ active: true, sub: claims.sub });
  expect(await auth.identify(access_token)).toMatchObject({ subject_type: "user", subject: claims.sub });

  const renewed = await auth.refreshAccessToken(refresh_token);
  expect(renewed.scope).toBe(tokens.scope);
  expect(renewed.refresh_token).not.toBe(refresh_token);
  await auth.revokeToken(renewed.refresh_token ?? "");
  expect(await auth.tokenIntrospection(renewed.access_token)).toEqual({ active: false });
  await expect(auth.refreshAccessToken(renewed.refresh_token ?? "")).rejects.toMatchObject({
    error: "invalid_grant",
  });
});

test("a login hint token of the phone finds its person, and a resource makes the access token a JWT", async () => {
  const auth = deviceAuth(here);
  const loginHint = await here.phone.loginHintToken();
  const scope = "openid profile api:read";
  const request = await auth.makeCibaRequest({ loginHint, scope, resource: "http://example.com" });
  await here.phone.approve();
  const tokens = await auth.waitForTokens(request, { interval: 0.01 });
  expect(tokens.scope).toBe("");
  const claims = await auth.validateJwt(tokens.access_token);
  expect(claims).toMatchObject({
    aud: here.device.clientId,
    username: here.phone.username,
    idp_role: "user",
  });
  expect(claims.jti).toBeDefined();
  await expect(auth.makeCibaRequest({ loginHint })).rejects.toMatchObject({
    error: "expired_login_hint_token",
  });
});

test("the code of a request is shown on both screens", async () => {
  const auth = deviceAuth(here);
  const request = await auth.makeCibaRequest({ ...byName, verification: ["compare"] });
  expect(request.verification).toEqual({
    mode: "compare",
    code: (await here.phone.item()).verification.code,
  });
  await here.phone.deny();
  await expect(auth.waitForTokens(request, { interval: 0.01 })).rejects.toMatchObject({
    status: 400,
    error: "access_denied",
    advice: { kind: "give_up" },
  });
});

test("a person who is unknown is told from one who has not answered", async () => {
  const auth = deviceAuth(here);
  const nobody = { loginHint: { kind: LOGIN_HINT_KIND.LOGIN_HINT, value: "nobody@OnesID1" } };
  await expect(auth.makeCibaRequest(nobody)).rejects.toMatchObject({ status: 400, error: "unknown_user_id" });
});

test("a wait is ended by its signal, with the signal's reason", async () => {
  const auth = deviceAuth(here);
  const request = await auth.makeCibaRequest({ ...byName, requestedExpiry: 60 });
  expect(request.expires_in).toBe(60);
  const reason = new Error("the browser left");
  const controller = new AbortController();
  const wait = auth.waitForTokens(request, {
    signal: controller.signal,
    onWait: () => {
      controller.abort(reason);
    },
  });
  await expect(wait).rejects.toBe(reason);
  await here.phone.deny();
});

test("the machine's own token is asked for once, however many need it", async () => {
  let calls = 0;
  const counting: Runtime["fetch"] = (url, init) => {
    calls += url.endsWith("/oidc/token") ? 1 : 0;
    return fetch(url, init);
  };
  const auth = deviceAuth(here, { runtime: { fetch: counting } });
  const tokens = await Promise.all(Array.from({ length: 20 }, () => auth.deviceAccessToken()));
  expect(new Set(tokens).size).toBe(1);
  expect(calls).toBe(1);
});

test("a token that the provider no longer knows is replaced by a new one", async () => {
  const auth = deviceAuth(here);
  const first = await auth.deviceAccessToken();
  await auth.revokeToken(first);
  expect(await auth.makeQrAuthSessionIdp()).toMatchObject({ kind: "qr" });
  expect(await auth.deviceAccessToken()).not.toBe(first);
});
