/**
 * Types, front-end calls and errors of Countersign, for browsers and Node.
 *
 * QR pictures are in `@countersign/common/qr`, mutual sign-in (X.1280) in `@countersign/common/x1280`.
 *
 * @packageDocumentation
 */
export { type Advice, adviceOf } from "./advice.js";
export {
  APPLICATION_TYPE,
  type ApplicationEntity,
  type ApplicationMetadata,
  type ApplicationRequest,
  type DeviceEntity,
} from "./application.js";
export { AuthJwtProperties } from "./auth-jwt-properties.js";
export {
  CIBA_AUTH_REQUEST_RESOURCE,
  CIBA_GRANT_TYPE,
  type CibaAuthRequestFrontendDto,
  type CibaAuthRequestResponseDto,
  type CibaAuthStatusRequestFrontendDto,
  type CibaAuthStatusResponseDto,
  type RefreshTokenRequestFrontendDto,
  type Verification,
  type VerificationMode,
} from "./ciba.js";
export {
  type CibaRequestOptions,
  type SignInOptions,
  checkCibaStatusClient,
  makeCibaRequestClient,
  refreshTokenClient,
  signInClient,
  waitForCibaClient,
} from "./client/ciba.js";
export {
  type QrSessionOptions,
  type QrWaitOptions,
  type ScannedQrSession,
  makeQrSessionClientV2,
  qrSessionStatusClientV2,
  waitForQrSessionClient,
} from "./client/qr.js";
export { type Clock, systemClock } from "./clock.js";
export {
  type ConsentContent,
  type ConsentRequestContent,
  PERSONAL_DATA_CONSENT_PROPERTIES,
} from "./consent.js";
export {
  CountersignError,
  type ErrorResponse,
  ExpiredError,
  IdpError,
  InvalidAnswerError,
  UnreachableError,
} from "./errors.js";
export type { CallOptions } from "./http.js";
export { LOGIN_HINT_KIND, type LoginHint } from "./login-hint.js";
export { type Look, type PollOptions, pollPolitely } from "./poll.js";
export {
  type AuthenticationQRCodeContent,
  type QrAuthSessionIdp,
  type QrAuthSessionKind,
  qrContent,
} from "./qr-session.js";
export { unixTimeInSeconds } from "./time.js";
export type { TokenIntrospectionResponse } from "./token.js";
