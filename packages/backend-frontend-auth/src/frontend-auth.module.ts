import { type DynamicModule, type FactoryProvider, Module } from "@nestjs/common";
import {
  type AsyncOptions,
  argumentsOf,
  DEVICE_AUTH_OPTIONS,
  type DeviceAuthModuleOptions,
  DeviceAuthService,
  type ModuleClass,
  refuseLateGlobal,
} from "@countersign/backend-device-auth";
import type { FrontendAuthModuleOptions } from "./frontend-auth.options.js";
import { FrontendAuthService } from "./frontend-auth.service.js";
import { OidcController } from "./oidc.controller.js";
import { QrController } from "./qr.controller.js";
import { RedisQrSessionStore } from "./qr/redis-store.js";
import { QrSessions } from "./qr/sessions.js";
import type { QrSessionStore } from "./qr/store.js";
import { RedisService } from "./redis/redis.service.js";
import { RefusalFilter } from "./refusal.filter.js";

/** The injection token of {@link FrontendAuthModuleOptions}. */
export const FRONTEND_AUTH_OPTIONS = Symbol("FrontendAuthModuleOptions");

/** The path of the endpoint that phones post to. */
const SCAN_PATH = "/auth/oidc/bc-authorize";

/** The endpoints that a front end calls to sign people in, and `FrontendAuthService` behind them. */
@Module({})
export class FrontendAuthModule {
  /** With settings that are known now. */
  static forRoot(options: FrontendAuthModuleOptions): DynamicModule;
  static forRoot(module: ModuleClass, options: FrontendAuthModuleOptions): DynamicModule;
  static forRoot(
    ...given: [FrontendAuthModuleOptions] | [ModuleClass, FrontendAuthModuleOptions]
  ): DynamicModule {
    const [module, options] = argumentsOf(FrontendAuthModule, given);
    return FrontendAuthModule.forRootAsync(module, {
      useFactory: () => options,
      global: options.global ?? true,
    });
  }

  /** With settings that a factory makes from other providers. */
  static forRootAsync(options: AsyncOptions<FrontendAuthModuleOptions>): DynamicModule;
  static forRootAsync(module: ModuleClass, options: AsyncOptions<FrontendAuthModuleOptions>): DynamicModule;
  static forRootAsync(
    ...given:
      [AsyncOptions<FrontendAuthModuleOptions>] | [ModuleClass, AsyncOptions<FrontendAuthModuleOptions>]
  ): DynamicModule {
    const [module, options] = argumentsOf(FrontendAuthModule, given);
    const { imports = [], inject = [], useFactory, global = true } = options;
    return {
      module,
      global,
      imports,
      controllers: [OidcController, QrController],
      providers: [
        { provide: FRONTEND_AUTH_OPTIONS, inject, useFactory },
        serviceProvider(global),
        RefusalFilter,
      ],
      exports: [FRONTEND_AUTH_OPTIONS, FrontendAuthService],
    };
  }
}

/** What the application has beside the options, if it has it. */
type Found = [service?: DeviceAuthService, device?: DeviceAuthModuleOptions, redis?: RedisService];

function serviceProvider(isGlobal: boolean): FactoryProvider<FrontendAuthService> {
  return {
    provide: FrontendAuthService,
    inject: [
      FRONTEND_AUTH_OPTIONS,
      { token: DeviceAuthService, optional: true },
      { token: DEVICE_AUTH_OPTIONS, optional: true },
      { token: RedisService, optional: true },
    ],
    useFactory: (options: FrontendAuthModuleOptions, ...[service, device, redis]: Found) => {
      refuseLateGlobal("FrontendAuthModule", options, isGlobal);
      const auth = deviceAuth(options, service);
      const store = sessionStore(options, options.redisService ?? redis ?? device?.redisService);
      const cbUrl = callbackUrl(options.config);
      const sessions = new QrSessions({ store, cbUrl, clientId: auth.settings.clientId });
      return new FrontendAuthService(auth, sessions, options.config);
    },
  };
}

function deviceAuth(
  options: FrontendAuthModuleOptions,
  found: DeviceAuthService | undefined,
): DeviceAuthService {
  const { deviceAuthService = found, deviceAuthConfig, config } = options;
  const auth =
    deviceAuthService ?? (deviceAuthConfig && new DeviceAuthService({ settings: deviceAuthConfig }));
  if (!auth) {
    throw new TypeError(
      "FrontendAuthModule: import DeviceAuthModule, or pass deviceAuthService or deviceAuthConfig",
    );
  }
  if (new URL(config.authHost).origin !== new URL(auth.settings.authHost).origin) {
    throw new TypeError(
      "FrontendAuthModule: config.authHost is another provider than the one of DeviceAuthModule",
    );
  }
  return auth;
}

function sessionStore({ store }: FrontendAuthModuleOptions, redis: unknown): QrSessionStore {
  if (store) {
    return store;
  }
  if (redis === undefined) {
    throw new TypeError(
      "FrontendAuthModule: pass redisService, import RedisModule, or pass store: new MemoryQrSessionStore()",
    );
  }
  return new RedisQrSessionStore(redis);
}

function callbackUrl({ host, globalPrefix = "" }: FrontendAuthModuleOptions["config"]): string {
  const prefix = globalPrefix.split("/").filter(Boolean);
  return [host.replace(/\/+$/, ""), ...prefix].join("/") + SCAN_PATH;
}
