/**
 * A connection to Redis for a NestJS application, by `ioredis`, which you install beside this package.
 *
 * @packageDocumentation
 */
export { RedisModule, type RedisModuleOptions } from "./redis/redis.module.js";
export { RedisService } from "./redis/redis.service.js";
