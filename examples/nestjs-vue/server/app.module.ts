import { Module } from "@nestjs/common";
import { APP_GUARD } from "@nestjs/core";
import { AuthGuard, DeviceAuthModule } from "@countersign/backend-device-auth";
import { FrontendAuthModule, MemoryQrSessionStore } from "@countersign/backend-frontend-auth";
import { RedisModule } from "@countersign/backend-frontend-auth/redis";
import { MeController } from "./me.controller.js";
import { MutualController } from "./mutual.controller.js";
import { applicationName, publicUrl, redis, signingFunction, systemConfig } from "./settings.js";

const { deviceId, clientId, authServerUrl: authHost, algorithm } = systemConfig;

@Module({
  imports: [
    ...(redis
      ? [RedisModule.forRoot({ config: { host: redis.hostname, port: Number(redis.port || 6379) } })]
      : []),
    DeviceAuthModule.forRoot({
      settings: { applicationName, deviceId, clientId, authHost, host: publicUrl },
      authentication: { algorithm, functions: { signingFunction } },
    }),
    FrontendAuthModule.forRoot({
      config: {
        applicationName,
        authHost,
        host: publicUrl,
        globalPrefix: "api",
        scope: "openid profile",
        // Whoever was sent a code by somebody else can notice that the screen is not theirs.
        bindingMessage: (ip) => `Sign in to ${applicationName} from ${ip ?? "an unknown place"}`,
      },
      ...(!redis && { store: new MemoryQrSessionStore() }),
    }),
  ],
  controllers: [MeController, MutualController],
  // Everything asks for a token, except what says @Public().
  providers: [{ provide: APP_GUARD, useExisting: AuthGuard }],
})
export class AppModule {}
