import { type DynamicModule, Module } from "@nestjs/common";
import { type AsyncOptions, type ModuleClass, argumentsOf } from "@countersign/backend-device-auth";
import type { RedisOptions } from "ioredis";
import { RedisService } from "./redis.service.js";

/** How Redis is reached. */
export interface RedisModuleOptions {
  /** What `ioredis` takes: `host`, `port`, `username`, `password`, `db`, `tls` and the rest. */
  config: RedisOptions;
  /** Accepted for configurations that say so; the module is global unless `global: false` stands beside the factory. */
  global?: boolean;
}

const OPTIONS = Symbol("RedisModuleOptions");

/**
 * A connection to Redis for the whole application, by `ioredis`, which you install. An application that has a Redis module
 * already keeps it, and hands its service over as `redisService`.
 */
@Module({})
export class RedisModule {
  /** With settings that are known now. */
  static forRoot(options: RedisModuleOptions): DynamicModule;
  static forRoot(module: ModuleClass, options: RedisModuleOptions): DynamicModule;
  static forRoot(...given: [RedisModuleOptions] | [ModuleClass, RedisModuleOptions]): DynamicModule {
    const [module, options] = argumentsOf(RedisModule, given);
    return RedisModule.forRootAsync(module, { useFactory: () => options, ...globality(options) });
  }

  /** With settings that a factory makes from other providers. */
  static forRootAsync(options: AsyncOptions<RedisModuleOptions>): DynamicModule;
  static forRootAsync(module: ModuleClass, options: AsyncOptions<RedisModuleOptions>): DynamicModule;
  static forRootAsync(
    ...given: [AsyncOptions<RedisModuleOptions>] | [ModuleClass, AsyncOptions<RedisModuleOptions>]
  ): DynamicModule {
    const [module, { imports = [], inject = [], useFactory, global = true }] = argumentsOf(
      RedisModule,
      given,
    );
    return {
      module,
      global,
      imports,
      providers: [
        { provide: OPTIONS, inject, useFactory },
        { provide: RedisService, inject: [OPTIONS], useFactory: connect },
      ],
      exports: [RedisService],
    };
  }
}

function globality({ global }: RedisModuleOptions): { global?: boolean } {
  return global === undefined ? {} : { global };
}

/** Starts connecting. An application whose Redis is down starts all the same, and answers 503 until it is there. */
async function connect({ config }: RedisModuleOptions): Promise<RedisService> {
  const { Redis } = await import("ioredis");
  const client = new Redis({
    // A command waits for one reconnect and then fails, so that a browser is told.
    maxRetriesPerRequest: 1,
    retryStrategy: (attempts) => Math.min(attempts * 100, 1000),
    ...(config as object),
  });
  return new RedisService(client);
}
