import type { LOGIN_HINT_KIND } from "./login-hint.js";

/** `grant_type` of the poll (CIBA Core §10.1). */
export const CIBA_GRANT_TYPE = "urn:openid:params:grant-type:ciba";

/** What the access token of a sign-in is for. */
export const CIBA_AUTH_REQUEST_RESOURCE = {
  /** For the provider: an opaque token. */
  IDP: "idp",
  /** For the service itself: a JWT (RFC 9068), since the request names the service's own URL (RFC 8707). */
  DEVICE: "device",
} as const;
/** A value of {@link CIBA_AUTH_REQUEST_RESOURCE}. */
export type CIBA_AUTH_REQUEST_RESOURCE =
  (typeof CIBA_AUTH_REQUEST_RESOURCE)[keyof typeof CIBA_AUTH_REQUEST_RESOURCE];

/** What a front end posts to `/auth/oidc/bc-authorize` of its backend. */
export interface CibaAuthRequestFrontendDto {
  /** What `userIdentifier` is. */
  loginHintKind: LOGIN_HINT_KIND;
  /** The username, or a login hint token. */
  userIdentifier: string;
  /** The QR session that the person scanned, if there was one. */
  sessionId?: string;
  /** What the access token is for; the backend decides when it is absent. */
  resource?: CIBA_AUTH_REQUEST_RESOURCE;
  /** Scopes with spaces between them; the backend decides when it is absent. */
  scope?: string;
}

/** How a decision is tied to the screen that asked. */
export type VerificationMode = "none" | "compare" | "choose" | "transfer";

/** The code that the screen shows to the person while the phone decides. */
export interface Verification {
  /** `compare`: the phone shows the same. `choose`: it offers three. `transfer`: the person types it. */
  mode: VerificationMode;
  /** The code, to be shown as it is. */
  code: string;
}

/** The answer to an authentication request (CIBA Core §7.3). */
export interface CibaAuthRequestResponseDto {
  /** The handle to ask for the outcome with. It is a secret of this browser. */
  auth_req_id: string;
  /** Seconds until the request expires. */
  expires_in: number;
  /** Seconds between two looks; 5 when absent. */
  interval?: number;
  /** The code to show, where the application's policy wants one. */
  verification?: Verification;
}

/** What a front end posts to `/auth/oidc/token` of its backend to look for the outcome. */
export interface CibaAuthStatusRequestFrontendDto {
  /** Always {@link CIBA_GRANT_TYPE}. */
  grant_type: typeof CIBA_GRANT_TYPE;
  /** The `auth_req_id` of the request. */
  authRequestId: string;
}

/** What a front end posts to `/auth/oidc/token` of its backend to renew its tokens. */
export interface RefreshTokenRequestFrontendDto {
  /** Always `refresh_token`. */
  grant_type: "refresh_token";
  /** The newest refresh token: each is good once. */
  refresh_token: string;
}

/** Tokens (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export interface CibaAuthStatusResponseDto {
  /** Opaque, or a JWT when the request named a resource. */
  access_token: string;
  /** Always `Bearer`. */
  token_type: string;
  /** Seconds until the access token ends. */
  expires_in: number;
  /** The granted scopes, perhaps none. */
  scope?: string;
  /** Who signed in, when `openid` was granted. */
  id_token?: string;
  /** When `offline_access` was granted. */
  refresh_token?: string;
}
