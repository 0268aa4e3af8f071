import type { INestApplication, LoggerService, Type } from "@nestjs/common";
import { Test } from "@nestjs/testing";
import { DeviceAuthModule, type DeviceAuthSettings } from "@countersign/backend-device-auth";
import { type FrontendAuthConfig, FrontendAuthModule } from "@countersign/backend-frontend-auth";
import { RedisModule } from "@countersign/backend-frontend-auth/redis";
import { Client } from "./http.js";
import type { Stage } from "./stage.js";

/** What a test changes about the shop. */
export interface ShopOptions {
  host?: string;
  config?: Partial<FrontendAuthConfig>;
  settings?: Partial<DeviceAuthSettings>;
  controllers?: Type[];
  /** Before the application listens. */
  prepare?: (app: INestApplication) => void;
}

/** A web shop's backend that signs people in, listening. */
export class Shop {
  private constructor(
    readonly app: INestApplication,
    readonly client: Client,
    /** Everything that was logged. */
    readonly logged: string[],
  ) {}

  static async open(stage: Stage, options: ShopOptions = {}): Promise<Shop> {
    const { host = "http://shop.example", config, settings, controllers = [], prepare } = options;
    const moduleRef = await Test.createTestingModule({
      imports: [
        RedisModule.forRoot({ config: { host: "127.0.0.1", port: stage.redis.port } }),
        DeviceAuthModule.forRoot({
          settings: { ...stage.settings(host), applicationName: "Test shop", ...settings },
        }),
        FrontendAuthModule.forRoot({
          config: { applicationName: "Test shop", authHost: stage.provider.host, host, ...config },
        }),
      ],
      controllers,
    }).compile();
    const logged: string[] = [];
    const app = moduleRef.createNestApplication();
    app.useLogger(keeping(logged));
    prepare?.(app);
    return new Shop(app, await Client.of(app), logged);
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

function keeping(logged: string[]): LoggerService {
  const keep = (...words: unknown[]): void => {
    logged.push(words.map(String).join(" "));
  };
  return { log: keep, warn: keep, error: keep, debug: keep, verbose: keep, fatal: keep };
}
