/**
 * Device authentication, CIBA, QR, consent and mutual sign-in for backends that sign people in with Countersign.
 *
 * @packageDocumentation
 */
export { axiosConfigDefault, cmApplications, type AxiosAnswer, type AxiosConfig } from "./applications.js";
export { ConfigError } from "./config-error.js";
export type { MakeCibaRequestOptions } from "./device/ciba.js";
export { verifyConsentReceipt, type ConsentReceipt, type ReceiptRules } from "./device/consent-receipt.js";
export type { ConsentRequest, ConsentStatus, ConsentStatusWord } from "./device/consent.js";
export { DeviceAuthentication } from "./device/device-authentication.js";
export type { LegacyQrSession, LegacyQrStatus } from "./device/legacy-qr.js";
export type { DeviceAuthenticationProperties } from "./device/options.js";
export type { QrSession, QrStatusOptions, ScannedQrSession } from "./device/qr.js";
export type { TokenSet } from "./device/token-set.js";
export type { TokenIdentity } from "./device/tokens.js";
export type { WaitOptions } from "./device/wait.js";
export { approvalDigest, type PendingApproval } from "./mobile/approval.js";
export type { Decision, DecisionOptions } from "./mobile/decision.js";
export { NoSuchApproval } from "./mobile/no-such-approval.js";
export {
  MobileDeviceAuthentication,
  type GivenConsent,
  type MobileDeviceAuthenticationProperties,
  type PendingCibaRequest,
} from "./mobile/mobile-device-authentication.js";
export type { ConnectionOptions } from "./provider/connect.js";
export type { AccessToken } from "./provider/token-cache.js";
export { TokenError, type TokenErrorCode } from "./provider/token-error.js";
export type { ValidatedJwt } from "./provider/validate-jwt.js";
export { DEFAULT_DEVICE_IDENTITY_URL, deviceIdentitySigningFunction } from "./signing/device-identity.js";
export { loadKeys, localSigningFunction, type LoadedKeys } from "./signing/local-key.js";
export {
  SigningError,
  type SigningAlgorithm,
  type SigningFunction,
  type SigningRequest,
} from "./signing/signing-function.js";
export {
  DEFAULT_SYSTEM_CONFIG,
  loadSystemConfig,
  type DeviceKeyType,
  type SystemConfig,
} from "./system-config.js";
export type { Runtime } from "./transport/runtime.js";
export type { TransportOptions } from "./transport/transport.js";
export {
  isAuthenticResponse,
  MutualVerifier,
  type MutualApproval,
  type MutualVerifierOptions,
} from "./x1280.js";
