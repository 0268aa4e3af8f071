// Every way of configuration that the documents show, and what is refused at start rather than at the first sign-in.
import "reflect-metadata";
import { HttpModule, HttpService } from "@nestjs/axios";
import { type DynamicModule, Module } from "@nestjs/common";
import { ConfigModule, ConfigService } from "@nestjs/config";
import { Test, type TestingModule } from "@nestjs/testing";
import {
  DeviceAuthModule,
  DeviceAuthService,
  type DeviceAuthSettings,
} from "@countersign/backend-device-auth";
import {
  FrontendAuthModule,
  FrontendAuthService,
  MemoryQrSessionStore,
} from "@countersign/backend-frontend-auth";
import { RedisModule, RedisService } from "@countersign/backend-frontend-auth/redis";
import { Redis } from "@countersign/testing";
import { afterAll, beforeAll, expect, it } from "vitest";

const AUTH_HOST = "https://id.example.com";
const HOST = "https://shop.example";
const SETTINGS: DeviceAuthSettings = {
  applicationName: "Shop",
  deviceId: "5a0a6a0e-7f5c-4c35-9a7b-0f4c0f6f8f11",
  clientId: "0c5e7a52-55a9-4a0e-8f59-5f3f2f6f7d22",
  authHost: AUTH_HOST,
  host: HOST,
  deviceIdentityUrl: "http://127.0.0.1:8000/sign",
};
const CONFIG = { applicationName: "Shop", authHost: AUTH_HOST, host: HOST };

let redis: Redis;
let compiled: TestingModule | undefined;

beforeAll(async () => {
  redis = await Redis.start();
});

afterAll(async () => {
  await redis.stop();
});

/** Compiles an application, and gives a code of it. */
async function codeOf(imports: NonNullable<DynamicModule["imports"]>): Promise<string> {
  compiled = await Test.createTestingModule({ imports }).compile();
  try {
    return (await compiled.get(FrontendAuthService, { strict: false }).makeQrAuthSession("10.10.10.100"))
      .cbUrl;
  } finally {
    await compiled.close();
  }
}

const store = new MemoryQrSessionStore();

it("takes the app.module.ts of the documents as it stands", async () => {
  const systemConfig = { deviceId: SETTINGS.deviceId, clientId: SETTINGS.clientId, authServerUrl: AUTH_HOST };
  const configuration = () => ({
    commonConfig: { applicationName: "Shop" },
    systemConfig,
    backendConfig: {
      host: HOST,
      redis: { host: "127.0.0.1", port: redis.port },
      oidc: { deviceIdentityUrl: SETTINGS.deviceIdentityUrl },
    },
  });
  const cbUrl = await codeOf([
    HttpModule,
    ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, load: [() => configuration()] }),
    RedisModule.forRootAsync(RedisModule, {
      imports: [ConfigModule],
      useFactory: (configService: ConfigService) => {
        return {
          config: {
            host: configService.getOrThrow<string>("backendConfig.redis.host"),
            port: configService.getOrThrow<number>("backendConfig.redis.port"),
          },
        };
      },
      inject: [ConfigService],
    }),
    DeviceAuthModule.forRootAsync(DeviceAuthModule, {
      imports: [HttpModule],
      inject: [ConfigService, RedisService, HttpService],
      useFactory: (configService: ConfigService, redisService: RedisService, httpService: HttpService) => {
        return {
          redisService,
          httpService,
          settings: {
            applicationName: configService.getOrThrow<string>("commonConfig.applicationName"),
            deviceId: configService.getOrThrow<string>("systemConfig.deviceId"),
            clientId: configService.getOrThrow<string>("systemConfig.clientId"),
            authHost: configService.getOrThrow<string>("systemConfig.authServerUrl"),
            host: configService.getOrThrow<string>("backendConfig.host"),
            deviceIdentityUrl: configService.getOrThrow<string>("backendConfig.oidc.deviceIdentityUrl"),
          },
        };
      },
    }),
    FrontendAuthModule.forRootAsync(FrontendAuthModule, {
      imports: [ConfigModule, HttpModule],
      inject: [ConfigService, RedisService, DeviceAuthService, HttpService],
      useFactory: (
        configService: ConfigService,
        redisService: RedisService,
        deviceAuthService: DeviceAuthService,
        httpService: HttpService,
      ) => {
        return {
          redisService,
          deviceAuthService,
          deviceAuthConfig: {
            applicationName: configService.getOrThrow<string>("commonConfig.applicationName"),
            deviceId: configService.getOrThrow<string>("systemConfig.deviceId"),
            clientId: configService.getOrThrow<string>("systemConfig.clientId"),
            authHost: configService.getOrThrow<string>("systemConfig.authServerUrl"),
            host: configService.getOrThrow<string>("backendConfig.host"),
            deviceIdentityUrl: configService.getOrThrow<string>("backendConfig.oidc.deviceIdentityUrl"),
          },
          httpService,
          config: {
            applicationName: configService.getOrThrow<string>("commonConfig.applicationName"),
            authHost: configService.getOrThrow<string>("systemConfig.authServerUrl"),
            host: configService.getOrThrow<string>("backendConfig.host"),
          },
        };
      },
    }),
  ]);
  expect(cbUrl).toBe(`${HOST}/auth/oidc/bc-authorize`);
});

it("takes settings that are known, with and without the class before them", async () => {
  const bare = [
    DeviceAuthModule.forRoot({ settings: SETTINGS }),
    FrontendAuthModule.forRoot({ config: CONFIG, store }),
  ];
  expect(await codeOf(bare)).toBe(`${HOST}/auth/oidc/bc-authorize`);
  const named = [
    DeviceAuthModule.forRoot(DeviceAuthModule, { settings: SETTINGS }),
    FrontendAuthModule.forRoot(FrontendAuthModule, { config: CONFIG, store }),
  ];
  expect(await codeOf(named)).toBe(`${HOST}/auth/oidc/bc-authorize`);
});

it("takes factories without the class before them", async () => {
  const modules = [
    DeviceAuthModule.forRootAsync({ useFactory: () => Promise.resolve({ settings: SETTINGS }) }),
    FrontendAuthModule.forRootAsync({ useFactory: () => Promise.resolve({ config: CONFIG, store }) }),
  ];
  expect(await codeOf(modules)).toBe(`${HOST}/auth/oidc/bc-authorize`);
});

it("does without DeviceAuthModule when it is told its settings", async () => {
  expect(
    await codeOf([FrontendAuthModule.forRoot({ config: CONFIG, store, deviceAuthConfig: SETTINGS })]),
  ).toContain(HOST);
});

it("keeps QR sessions in the Redis of DeviceAuthModule", async () => {
  const service = RedisModule.forRootAsync({ useFactory: () => ({ config: { port: redis.port } }) });
  const modules = [
    service,
    DeviceAuthModule.forRootAsync({
      inject: [RedisService],
      useFactory: (redisService: RedisService) => ({ settings: SETTINGS, redisService }),
    }),
    FrontendAuthModule.forRoot({ config: CONFIG }),
  ];
  expect(await codeOf(modules)).toContain(HOST);
});

it("sends phones below the global prefix, however it and the host are written", async () => {
  for (const [host, globalPrefix] of [
    [HOST, "api"],
    [`${HOST}/`, "/api/"],
  ] as const) {
    const config = { ...CONFIG, host, globalPrefix };
    const modules = [
      DeviceAuthModule.forRoot({ settings: SETTINGS }),
      FrontendAuthModule.forRoot({ config, store }),
    ];
    expect(await codeOf(modules)).toBe(`${HOST}/api/auth/oidc/bc-authorize`);
  }
});

it("is seen only where it is imported when it is told so", async () => {
  const settings = SETTINGS;
  const local = DeviceAuthModule.forRootAsync({ useFactory: () => ({ settings }), global: false });
  const frontend = FrontendAuthModule.forRoot({ config: CONFIG, store });
  await expect(codeOf([local, frontend])).rejects.toThrow("import DeviceAuthModule");
  @Module({ imports: [local], exports: [local] })
  class Shop {}
  const inside = FrontendAuthModule.forRootAsync({
    imports: [Shop],
    inject: [DeviceAuthService],
    useFactory: (deviceAuthService: DeviceAuthService) => ({ config: CONFIG, store, deviceAuthService }),
  });
  expect(await codeOf([inside])).toContain(HOST);
});

it.each<[string, NonNullable<DynamicModule["imports"]>]>([
  [
    "pass redisService",
    [DeviceAuthModule.forRoot({ settings: SETTINGS }), FrontendAuthModule.forRoot({ config: CONFIG })],
  ],
  ["import DeviceAuthModule", [FrontendAuthModule.forRoot({ config: CONFIG, store })]],
  [
    "another provider",
    [
      DeviceAuthModule.forRoot({ settings: SETTINGS }),
      FrontendAuthModule.forRoot({ config: { ...CONFIG, authHost: "https://other.example" }, store }),
    ],
  ],
  [
    "beside useFactory",
    [DeviceAuthModule.forRootAsync({ useFactory: () => ({ settings: SETTINGS, global: false }) })],
  ],
  [
    "no client of ioredis or redis",
    [
      DeviceAuthModule.forRoot({ settings: SETTINGS }),
      FrontendAuthModule.forRoot({ config: CONFIG, redisService: new Map() }),
    ],
  ],
  [
    "must begin with https://",
    [DeviceAuthModule.forRoot({ settings: { ...SETTINGS, authHost: "http://id.example.com" } })],
  ],
])("refuses to start: %s", async (reason, imports) => {
  await expect(codeOf(imports)).rejects.toThrow(reason);
});
