// Whom the guard lets through, and what it tells of them.
import "reflect-metadata";
import { Controller, Get, UseGuards } from "@nestjs/common";
import {
  AuthGuard,
  type AuthenticatedUser,
  CurrentUser,
  DeviceAuthService,
  Public,
} from "@countersign/backend-device-auth";
import { FrontendAuthService } from "@countersign/backend-frontend-auth";
import {
  DeviceAuthentication,
  axiosConfigDefault,
  cmApplications,
  localSigningFunction,
} from "@countersign/backend-modules";
import { APPLICATION_TYPE, type CibaAuthStatusResponseDto, LOGIN_HINT_KIND } from "@countersign/common";
import { Device } from "@countersign/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Shop } from "./application.js";
import { masterAccessToken } from "./master.js";
import { Stage } from "./stage.js";

@Controller()
@UseGuards(AuthGuard)
class Orders {
  @Get("me")
  me(@CurrentUser() user: AuthenticatedUser): AuthenticatedUser {
    return user;
  }

  @Get("mine")
  mine(@CurrentUser("subject") subject: string): { subject: string } {
    return { subject };
  }

  @Public()
  @Get("open")
  open(@CurrentUser() user: AuthenticatedUser | undefined): { known: boolean } {
    return { known: user !== undefined };
  }
}

let stage: Stage;
let shop: Shop;

beforeAll(async () => {
  stage = await Stage.set();
  shop = await Shop.open(stage, { controllers: [Orders] });
  const { provider, device } = stage;
  await cmApplications.create(
    axiosConfigDefault(await masterAccessToken(stage), { baseURL: provider.host }),
    {
      name: "Test shop",
      type: APPLICATION_TYPE.SERVER,
      metadata: { hostname: "shop.example" },
      device: { id: device.deviceId, clientId: device.clientId },
      isEnabled: true,
    },
  );
});

afterAll(async () => {
  await shop.close();
  await stage.clear();
});

const get = (path: string, token: string) => shop.client.get(path, { Authorization: `Bearer ${token}` });

async function signIn(resource: "idp" | "device"): Promise<CibaAuthStatusResponseDto> {
  const service = shop.app.get(FrontendAuthService);
  const { auth_req_id } = await service.makeCibaRequest({
    loginHintKind: LOGIN_HINT_KIND.LOGIN_HINT,
    userIdentifier: stage.phone.username,
    resource,
    scope: "openid profile",
  });
  await stage.phone.approve();
  return service.cibaStatus(auth_req_id);
}

it("asks for a token, except where everybody may come", async () => {
  const refused = await shop.client.get("/me");
  expect(refused.status).toBe(401);
  expect(refused.headers.get("www-authenticate")).toBe("Bearer");
  expect(await shop.client.get("/open")).toMatchObject({ status: 200, body: { known: false } });
});

it("knows a person by a JWT for this service", async () => {
  const { access_token } = await signIn("device");
  const { status, body } = await get("/me", access_token);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    entity: "user",
    subject: stage.phone.userId,
    clientId: stage.device.clientId,
    scopes: [],
    role: "user",
    acr: "urn:countersign:acr:approve",
  });
  expect(body.username).toMatch(/^user\.name@/);
  expect((await get("/mine", access_token)).body).toEqual({ subject: stage.phone.userId });
});

it("knows a person by an opaque token that this service got", async () => {
  const { access_token } = await signIn("idp");
  expect(access_token).not.toContain(".");
  const { status, body } = await get("/me", access_token);
  expect(status).toBe(200);
  expect(body).toMatchObject({ entity: "user", subject: stage.phone.userId, scopes: ["openid", "profile"] });
});

it("knows this machine by its own token", async () => {
  const { access_token } = await shop.app.get(DeviceAuthService).makeDeviceAccessToken();
  const { body } = await get("/me", access_token);
  expect(body).toMatchObject({ entity: "device", subject: stage.device.clientId });
});

it("takes an ID token for what it is", async () => {
  const { id_token = "" } = await signIn("idp");
  const { status, body } = await get("/me", id_token);
  expect(status).toBe(401);
  expect(body).toEqual({ error: "invalid_token", error_description: "this is no access token" });
});

it("does not take a person's token that another service was given", async () => {
  const { provider, phone } = stage;
  const device = await Device.register(provider);
  const elsewhere = new DeviceAuthentication({
    name: "elsewhere",
    idpBaseUrl: provider.host,
    deviceId: device.deviceId,
    deviceClientId: device.clientId,
    functions: { signingFunction: localSigningFunction(device.pem) },
  });
  const loginHint = { kind: LOGIN_HINT_KIND.LOGIN_HINT, value: phone.username };
  const { auth_req_id } = await elsewhere.makeCibaRequest({ loginHint });
  await phone.approve();
  const { access_token } = await elsewhere.checkCibaStatus(auth_req_id);
  const { status, headers } = await get("/me", access_token);
  expect(status).toBe(401);
  expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
  expect(headers.get("www-authenticate")).toContain("another client");
});

it("takes no token that is unknown, changed, or not one", async () => {
  const { access_token } = await signIn("device");
  const [header = "", payload = "", signature = ""] = access_token.split(".");
  const flipped = signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
  const none = Buffer.from(JSON.stringify({ typ: "at+jwt", alg: "none" })).toString("base64url");
  for (const token of [
    "unknown",
    `${header}.${payload}.${flipped}`,
    `${none}.${payload}.`,
    "a.b.c",
    "..",
    "x".repeat(9000),
  ]) {
    expect((await get("/me", token)).status, token.slice(0, 40)).toBe(401);
  }
});

it("cannot tell about opaque tokens without the provider, and says so with 503; JWTs go on", async () => {
  const [jwt, opaque] = [(await signIn("device")).access_token, (await signIn("idp")).access_token];
  expect((await get("/me", jwt)).status).toBe(200);
  await stage.provider.halt();
  const refused = await get("/me", opaque);
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("5");
  expect((await get("/me", jwt)).status).toBe(200);
});
