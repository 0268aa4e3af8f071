import {
  CIBA_AUTH_REQUEST_RESOURCE,
  CIBA_GRANT_TYPE,
  type CibaAuthRequestFrontendDto,
  type CibaAuthRequestResponseDto,
  type CibaAuthStatusRequestFrontendDto,
  type CibaAuthStatusResponseDto,
  type RefreshTokenRequestFrontendDto,
} from "../ciba.js";
import { type CallOptions, postJson, withTexts } from "../http.js";
import { LOGIN_HINT_KIND } from "../login-hint.js";
import { type PollOptions, pollPolitely } from "../poll.js";

/** What a request may say beside who is asked. */
export interface CibaRequestOptions extends CallOptions {
  /** What `userIdentifier` is; a username when not set. */
  loginHintKind?: LOGIN_HINT_KIND | undefined;
  /** Scopes with spaces between them; `openid profile` when not set. `offline_access` gives a refresh token. */
  scope?: string | undefined;
  /** What the access token is for; the provider when not set. */
  resource?: CIBA_AUTH_REQUEST_RESOURCE | undefined;
  /** The QR session that the person scanned. */
  sessionId?: string | undefined;
}

/**
 * Asks a person to sign in, by `POST {host}/api/auth/oidc/bc-authorize` of your backend.
 *
 * @param host - Your backend, such as `https://example.com`; empty for the page's own.
 * @param userIdentifier - Who, such as `user.name@OnesID1`.
 * @throws IdpError, UnreachableError, InvalidAnswerError
 */
export function makeCibaRequestClient(
  host: string,
  userIdentifier: string,
  options: CibaRequestOptions = {},
): Promise<CibaAuthRequestResponseDto> {
  const body: CibaAuthRequestFrontendDto = {
    loginHintKind: options.loginHintKind ?? LOGIN_HINT_KIND.LOGIN_HINT,
    userIdentifier,
    resource: options.resource ?? CIBA_AUTH_REQUEST_RESOURCE.IDP,
    scope: options.scope ?? "openid profile",
    ...(options.sessionId !== undefined && { sessionId: options.sessionId }),
  };
  return postJson(host, "/api/auth/oidc/bc-authorize", body, options, (answer) =>
    withTexts<CibaAuthRequestResponseDto>(answer, "auth_req_id"),
  );
}

/**
 * Looks once whether the person has answered, by `POST {host}/api/auth/oidc/token` of your backend. While they have not,
 * it rejects with an {@link IdpError} whose `error` is `authorization_pending`; {@link waitForCibaClient} waits instead.
 *
 * @throws IdpError, UnreachableError, InvalidAnswerError
 */
export function checkCibaStatusClient(
  host: string,
  authReqId: string,
  options: CallOptions = {},
): Promise<CibaAuthStatusResponseDto> {
  const body: CibaAuthStatusRequestFrontendDto = { grant_type: CIBA_GRANT_TYPE, authRequestId: authReqId };
  return askForTokens(host, body, options);
}

/**
 * Renews tokens, by `POST {host}/api/auth/oidc/token` of your backend. Keep the refresh token of the answer: the old one
 * is spent.
 *
 * @throws IdpError, UnreachableError, InvalidAnswerError
 */
export function refreshTokenClient(
  host: string,
  refreshToken: string,
  options: CallOptions = {},
): Promise<CibaAuthStatusResponseDto> {
  const body: RefreshTokenRequestFrontendDto = { grant_type: "refresh_token", refresh_token: refreshToken };
  return askForTokens(host, body, options);
}

/**
 * Waits until the person has answered, and gives the tokens. It rejects with an {@link IdpError} when they said no
 * (`access_denied`) or the request is over, and with {@link ExpiredError} when nobody answered in time.
 *
 * @param request - The answer of {@link makeCibaRequestClient}, or what is known of it.
 */
export function waitForCibaClient(
  host: string,
  request: Pick<CibaAuthRequestResponseDto, "auth_req_id"> & Partial<CibaAuthRequestResponseDto>,
  options: CallOptions & PollOptions = {},
): Promise<CibaAuthStatusResponseDto> {
  return pollPolitely(
    "the sign-in",
    async () => ({ done: true, value: await checkCibaStatusClient(host, request.auth_req_id, options) }),
    {
      ...options,
      interval: options.interval ?? request.interval,
      expiresIn: options.expiresIn ?? request.expires_in,
    },
  );
}

/** A sign-in from the first call to the tokens. */
export interface SignInOptions extends CibaRequestOptions, PollOptions {
  /** Hears of the request once it is made: show its `verification` code, if it has one. */
  onRequest?: ((request: CibaAuthRequestResponseDto) => void) | undefined;
}

/** {@link makeCibaRequestClient} and {@link waitForCibaClient} in one. */
export async function signInClient(
  host: string,
  userIdentifier: string,
  options: SignInOptions = {},
): Promise<CibaAuthStatusResponseDto> {
  const request = await makeCibaRequestClient(host, userIdentifier, options);
  options.onRequest?.(request);
  return waitForCibaClient(host, request, options);
}

function askForTokens(
  host: string,
  body: CibaAuthStatusRequestFrontendDto | RefreshTokenRequestFrontendDto,
  options: CallOptions,
): Promise<CibaAuthStatusResponseDto> {
  return postJson(host, "/api/auth/oidc/token", body, options, (answer) =>
    withTexts<CibaAuthStatusResponseDto>(answer, "access_token", "token_type"),
  );
}
