// The cases of the published documents, in their order: a service signs people in by NestJS, by QR codes and by username.
import "reflect-metadata";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { HttpModule, HttpService } from "@nestjs/axios";
import type { INestApplication } from "@nestjs/common";
import { ConfigModule, ConfigService } from "@nestjs/config";
import * as core from "@nestjs/core";
import { Test } from "@nestjs/testing";
import { AuthGuard, DeviceAuthModule, DeviceAuthService } from "@countersign/backend-device-auth";
import { FrontendAuthModule, FrontendAuthService } from "@countersign/backend-frontend-auth";
import { RedisModule } from "@countersign/backend-frontend-auth/redis";
import {
  MobileDeviceAuthentication,
  axiosConfigDefault,
  cmApplications,
  loadKeys,
} from "@countersign/backend-modules";
import {
  APPLICATION_TYPE,
  AuthJwtProperties,
  CIBA_AUTH_REQUEST_RESOURCE,
  CIBA_GRANT_TYPE,
  type CibaAuthStatusRequestFrontendDto,
  LOGIN_HINT_KIND,
  type RefreshTokenRequestFrontendDto,
} from "@countersign/common";
import { afterAll, assert, beforeAll, describe, expect, it } from "vitest";
import { Client, isJWT } from "./http.js";
import { masterAccessToken } from "./master.js";
import { Stage } from "./stage.js";

const OPENID = "openid offline_access profile";
const WITH_API = "openid offline_access profile api:read api:write";

let stage: Stage;
let app: INestApplication;
let client: Client;
let mobile: MobileDeviceAuthentication;

/** The configuration of the application, as `ConfigService` gives it. */
const configuration = () => ({
  backendConfig: {
    redis: { host: "127.0.0.1", port: stage.redis.port },
    oidc: { deviceIdentityUrl: stage.signing.url },
  },
});

beforeAll(async () => {
  stage = await Stage.set();
  const domain = `domain-${Date.now()}.com`;
  const { provider, device, phone, signing } = stage;
  mobile = new MobileDeviceAuthentication({
    name: "Mobile device",
    idpBaseUrl: provider.host,
    deviceClientId: phone.clientId,
    authJwtProperties: new AuthJwtProperties(),
    deviceIdentityUrl: signing.url,
  });
  mobile.loadKeys(await loadKeys(phone.keyPath));

  const moduleRef = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, load: [configuration] }),
      HttpModule,
      RedisModule.forRootAsync(RedisModule, {
        imports: [ConfigModule],
        inject: [ConfigService],
        useFactory: (config: ConfigService) => ({
          config: {
            host: config.getOrThrow<string>("backendConfig.redis.host"),
            port: config.getOrThrow<number>("backendConfig.redis.port"),
          },
          global: true,
        }),
      }),
      DeviceAuthModule.forRootAsync(DeviceAuthModule, {
        imports: [HttpModule, ConfigModule],
        inject: [HttpService, ConfigService],
        useFactory: (httpService: HttpService, config: ConfigService) => ({
          httpService,
          settings: {
            applicationName: "testing",
            deviceId: device.deviceId,
            clientId: device.clientId,
            authHost: provider.host,
            host: `http://${domain}`,
            deviceIdentityUrl: config.getOrThrow<string>("backendConfig.oidc.deviceIdentityUrl"),
          },
          global: true,
        }),
      }),
      FrontendAuthModule.forRootAsync(FrontendAuthModule, {
        imports: [ConfigModule, HttpModule],
        // The first of them is not what the factory takes it for, as in the documents.
        inject: [ConfigService, HttpService],
        useFactory: (httpService: HttpService) => ({
          httpService,
          config: { applicationName: "testing", authHost: provider.host, host: `http://${domain}` },
        }),
      }),
    ],
  }).compile();
  app = moduleRef.createNestApplication();
  app.useLogger(false);
  await app.init();
  client = await Client.of(app);

  const made = await cmApplications.create(
    axiosConfigDefault(await masterAccessToken(stage), { baseURL: provider.host }),
    {
      name: "Some application",
      type: APPLICATION_TYPE.SERVER,
      metadata: { hostname: domain, isDependent: true, clientIdentifier: "some-app" },
      device: { id: device.deviceId, clientId: device.clientId },
      isEnabled: true,
    },
  );
  expect(made.data.id).toBeDefined();
});

afterAll(async () => {
  await app.close();
  await stage.clear();
});

describe(`with NestJS ${process.env["NEST_MAJOR"] ?? "?"}`, () => {
  it("really runs on that version, the modules too", async () => {
    const { NEST_MAJOR, NEST_CORE = "" } = process.env;
    const text = readFileSync(join(dirname(fileURLToPath(NEST_CORE)), "package.json"), "utf8");
    expect((JSON.parse(text) as { version: string }).version.split(".")[0]).toBe(NEST_MAJOR);
    // The classes of that very file are the ones that this test has, …
    const native = (await import(/* @vite-ignore */ NEST_CORE)) as typeof core;
    expect(native.HttpAdapterHost).toBe(core.HttpAdapterHost);
    // … and the ones that our modules have: NestJS finds what a guard is made with by the identity of classes.
    expect(app.get(AuthGuard)).toBeInstanceOf(AuthGuard);
  });

  it("Get device JWT", async () => {
    const token = await app.get(DeviceAuthService).makeDeviceJwt();
    expect(isJWT(token)).toBe(true);
  });

  it("Get device access token", async () => {
    const token = await app.get(DeviceAuthService).makeDeviceAccessToken();
    expect(token).toMatchObject({ token_type: "Bearer", expires_in: 600 });
    expect(token.access_token).not.toContain(".");
  });

  let qrSessionId: string;

  it("Make QR session", async () => {
    const session = await app.get(FrontendAuthService).makeQrAuthSession("10.10.10.100");
    expect(session.cbUrl.endsWith("/auth/oidc/bc-authorize")).toBe(true);
    qrSessionId = session.sessionId;
  });

  it("Check QR session", async () => {
    const session = await app.get(FrontendAuthService).verifyQrAuthSession(qrSessionId);
    expect(session?.sessionId).toBe(qrSessionId);
    expect(session?.cbUrl.endsWith("/auth/oidc/bc-authorize")).toBe(true);
  });

  it("[LEGACY] Make QR session http", async () => {
    const { status, body } = await client.get("/auth/qr");
    expect(status).toBe(200);
    expect(body.deviceId).toBe(stage.device.deviceId);
    expect(body.auth_req_id).toBeTypeOf("string");
    expect(body.exp).toBe(300);
  });

  let authRequestIdGlob: string;

  it("Make CIBA request from QR session ID", async () => {
    const hint = await mobile.getLoginHintToken();
    const { status, body } = await client.post("/auth/oidc/bc-authorize", {
      loginHintKind: hint.kind,
      userIdentifier: hint.value,
      sessionId: qrSessionId,
      resource: CIBA_AUTH_REQUEST_RESOURCE.IDP,
      scope: OPENID,
    });
    expect(status).toBe(201);
    expect(body.auth_req_id).toBeTypeOf("string");
    authRequestIdGlob = body.auth_req_id;
  });

  const poll = (id: string) => {
    const request: CibaAuthStatusRequestFrontendDto = { grant_type: CIBA_GRANT_TYPE, authRequestId: id };
    return client.post("/auth/oidc/token", request);
  };

  it("Check CIBA status: PENDING", async () => {
    const { status, body } = await poll(authRequestIdGlob);
    expect(status).toBe(400);
    expect(body.error).toBe("authorization_pending");
    expect(body.error_description).toBeTypeOf("string");
  });

  it("[user mobile] Approve request", async () => {
    const pendingCiba = await mobile.listPendingCibaRequests();
    const cibaRequest = pendingCiba.find((ciba) => ciba.authRequestId === authRequestIdGlob);
    assert(cibaRequest);
    expect(cibaRequest).toMatchObject({ kind: "login", bindingMessage: "Sign in to testing" });
    await mobile.respondToPendingCibaRequest(cibaRequest.authRequestId, "approved");
  });

  let refreshToken: string;

  it("Check CIBA status: SUCCESS", async () => {
    const { status, body } = await poll(authRequestIdGlob);
    expect(status).toBe(201);
    expect(body.access_token).toBeTypeOf("string");
    expect(body.refresh_token).toBeTypeOf("string");
    expect(body.scope).toBe(OPENID);
    refreshToken = body.refresh_token;
  });

  it("Refresh token", async () => {
    const request: RefreshTokenRequestFrontendDto = {
      grant_type: "refresh_token",
      refresh_token: refreshToken,
    };
    const { status, body } = await client.post("/auth/oidc/token", request);
    expect(status).toBe(201);
    expect(body.access_token).toBeTypeOf("string");
    expect(body.refresh_token).toBeTypeOf("string");
    expect(body.scope).toBe(OPENID);
  });

  /** What a JWT for this service is worth. */
  const expectJwt = async (token: string) => {
    expect(isJWT(token)).toBe(true);
    const claims = await app.get(FrontendAuthService).validateJwt(token);
    expect(claims.jti).toBeTypeOf("string");
    expect(claims.sub).toBe(stage.phone.userId);
  };

  it("Make CIBA request with resource", async () => {
    const hint = await mobile.getLoginHintToken();
    const { body } = await client.post("/auth/oidc/bc-authorize", {
      loginHintKind: hint.kind,
      userIdentifier: hint.value,
      sessionId: qrSessionId,
      resource: CIBA_AUTH_REQUEST_RESOURCE.DEVICE,
      scope: WITH_API,
    });
    expect(body.auth_req_id).toBeTypeOf("string");
    await mobile.respondToPendingCibaRequest(body.auth_req_id, "approved");

    const tokens = await poll(body.auth_req_id);
    expect(tokens.status).toBe(201);
    expect(tokens.body.scope).toBe("");
    await expectJwt(tokens.body.access_token);
  });

  it("Make CIBA request from phone, with QR session", async () => {
    const service = app.get(FrontendAuthService);
    const session = await service.makeQrAuthSession("10.10.10.100");

    const hint = await mobile.getLoginHintToken();
    const ciba = await client.post("/auth/oidc/bc-authorize", {
      loginHintKind: hint.kind,
      userIdentifier: hint.value,
      sessionId: session.sessionId,
      resource: CIBA_AUTH_REQUEST_RESOURCE.DEVICE,
      scope: WITH_API,
    });
    await mobile.respondToPendingCibaRequest(ciba.body.auth_req_id, "approved");

    const status = await service.verifyQrAuthSession(session.sessionId);
    expect(status?.authRequestId).toBe(ciba.body.auth_req_id);
    const tokens = await service.cibaStatus(ciba.body.auth_req_id);
    expect(tokens.access_token).toBeTypeOf("string");
  });

  it("Make CIBA request with username and resource", async () => {
    const { body } = await client.post("/auth/oidc/bc-authorize", {
      loginHintKind: LOGIN_HINT_KIND.LOGIN_HINT,
      userIdentifier: stage.phone.username,
      resource: CIBA_AUTH_REQUEST_RESOURCE.DEVICE,
      scope: WITH_API,
    });
    expect(body.auth_req_id).toBeTypeOf("string");
    await mobile.respondToPendingCibaRequest(body.auth_req_id, "approved");

    const tokens = await poll(body.auth_req_id);
    expect(tokens.status).toBe(201);
    expect(tokens.body.scope).toBe("");
    await expectJwt(tokens.body.access_token);
  });
});
