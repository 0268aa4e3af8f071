import { type DynamicModule, Module } from "@nestjs/common";
import type { DeviceAuthModuleOptions } from "./device-auth.options.js";
import { DeviceAuthService } from "./device-auth.service.js";
import { AuthGuard } from "./guard/auth.guard.js";
import { TokenVerifier } from "./guard/token-verifier.js";
import { type AsyncOptions, type ModuleClass, argumentsOf, refuseLateGlobal } from "./options.js";

/** The injection token of {@link DeviceAuthModuleOptions}. */
export const DEVICE_AUTH_OPTIONS = Symbol("DeviceAuthModuleOptions");

/** What this machine does at the provider, as `DeviceAuthService`, and the guard that asks callers for a token. */
@Module({})
export class DeviceAuthModule {
  /** With settings that are known now. */
  static forRoot(options: DeviceAuthModuleOptions): DynamicModule;
  static forRoot(module: ModuleClass, options: DeviceAuthModuleOptions): DynamicModule;
  static forRoot(
    ...given: [DeviceAuthModuleOptions] | [ModuleClass, DeviceAuthModuleOptions]
  ): DynamicModule {
    const [module, options] = argumentsOf(DeviceAuthModule, given);
    return DeviceAuthModule.forRootAsync(module, {
      useFactory: () => options,
      global: options.global ?? true,
    });
  }

  /** With settings that a factory makes from other providers. */
  static forRootAsync(options: AsyncOptions<DeviceAuthModuleOptions>): DynamicModule;
  static forRootAsync(module: ModuleClass, options: AsyncOptions<DeviceAuthModuleOptions>): DynamicModule;
  static forRootAsync(
    ...given: [AsyncOptions<DeviceAuthModuleOptions>] | [ModuleClass, AsyncOptions<DeviceAuthModuleOptions>]
  ): DynamicModule {
    const [module, options] = argumentsOf(DeviceAuthModule, given);
    const { imports = [], inject = [], useFactory, global = true } = options;
    return {
      module,
      global,
      imports,
      providers: [
        { provide: DEVICE_AUTH_OPTIONS, inject, useFactory },
        {
          provide: DeviceAuthService,
          inject: [DEVICE_AUTH_OPTIONS],
          useFactory: (made: DeviceAuthModuleOptions) => {
            refuseLateGlobal("DeviceAuthModule", made, global);
            return new DeviceAuthService(made);
          },
        },
        TokenVerifier,
        AuthGuard,
      ],
      exports: [DEVICE_AUTH_OPTIONS, DeviceAuthService, TokenVerifier, AuthGuard],
    };
  }
}
