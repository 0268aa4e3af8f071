/**
 * NestJS module: what a device does at a Countersign provider, and a guard that asks callers for its tokens.
 *
 * @packageDocumentation
 */
export { DEVICE_AUTH_OPTIONS, DeviceAuthModule } from "./device-auth.module.js";
export type { DeviceAuthModuleOptions, DeviceAuthSettings } from "./device-auth.options.js";
export { DeviceAuthService } from "./device-auth.service.js";
export { AuthGuard } from "./guard/auth.guard.js";
export { CurrentUser, type AuthenticatedRequest, type AuthenticatedUser } from "./guard/current-user.js";
export { IS_PUBLIC, Public } from "./guard/public.js";
export { RejectedToken, TokenVerifier } from "./guard/token-verifier.js";
export { argumentsOf, refuseLateGlobal, type AsyncOptions, type ModuleClass } from "./options.js";
