/**
 * NestJS module: the endpoints that a front end calls to sign people in with Countersign, and what stands behind them.
 *
 * A module for Redis by `ioredis` is in `@countersign/backend-frontend-auth/redis`.
 *
 * @packageDocumentation
 */
export { FRONTEND_AUTH_OPTIONS, FrontendAuthModule } from "./frontend-auth.module.js";
export type { FrontendAuthConfig, FrontendAuthModuleOptions } from "./frontend-auth.options.js";
export { FrontendAuthService } from "./frontend-auth.service.js";
export { MemoryQrSessionStore } from "./qr/memory-store.js";
export { RedisQrSessionStore, type RedisQrSessionStoreOptions } from "./qr/redis-store.js";
export type { QrAuthSession } from "./qr/session.js";
export type { NewQrSession } from "./qr/sessions.js";
export type { ScanOrUsername } from "./dto/read.js";
export { type QrSessionStore, StoreUnavailable } from "./qr/store.js";
export { RefusalFilter } from "./refusal.filter.js";
export { type RedisCommand, redisCommand } from "./redis/command.js";
