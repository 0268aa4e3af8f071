import {
  AuthJwtProperties,
  pollPolitely,
  type CibaAuthRequestResponseDto,
  type ConsentRequestContent,
  type TokenIntrospectionResponse,
} from "@countersign/common";
import { connectClient } from "../provider/connect.js";
import { KeySet } from "../provider/key-set.js";
import type { ProviderClient } from "../provider/provider-client.js";
import type { AccessToken } from "../provider/token-cache.js";
import { LONGEST_LEEWAY, validateJwt, type ValidatedJwt } from "../provider/validate-jwt.js";
import * as ciba from "./ciba.js";
import { verifyConsentReceipt, type ConsentReceipt } from "./consent-receipt.js";
import * as consent from "./consent.js";
import {
  legacyQrStatus,
  makeLegacyQrSession,
  type LegacyQrSession,
  type LegacyQrStatus,
} from "./legacy-qr.js";
import type { DeviceAuthenticationProperties } from "./options.js";
import { QrSessions, type QrSession, type QrStatusOptions, type ScannedQrSession } from "./qr.js";
import type { TokenSet } from "./token-set.js";
import * as tokens from "./tokens.js";
import { consentLook, qrLook, type WaitOptions } from "./wait.js";

/**
 * A machine that registered at the provider: it proves who it is with its key, and asks people to sign in.
 *
 * One object serves a whole process: it keeps the machine's token, the provider's addresses and its keys.
 *
 * ```ts
 * const { deviceId, clientId, authServerUrl } = loadSystemConfig();
 * const auth = new DeviceAuthentication({
 *   name: "shop",
 *   idpBaseUrl: authServerUrl,
 *   deviceId,
 *   deviceClientId: clientId,
 *   functions: { signingFunction: deviceIdentitySigningFunction },
 *   authJwtProperties: new AuthJwtProperties({ scope: "openid offline_access" }),
 * });
 * const request = await auth.makeCibaRequest({ loginHint: { kind: "login_hint", value: "ada@OnesID1" } });
 * const { id_token } = await auth.waitForTokens(request);
 * ```
 *
 * Every call may throw what stands in `@countersign/common`: `IdpError` (the provider refuses, with `response` as axios has
 * it), `UnreachableError`, `InvalidAnswerError`; and `SigningError` when the key does not sign.
 */
export class DeviceAuthentication {
  /** The name that was given. */
  readonly name: string;
  readonly #deviceId: string;
  readonly #client: ProviderClient;
  readonly #properties: AuthJwtProperties;
  readonly #audience: readonly string[];
  readonly #leeway: number;
  readonly #keys: KeySet;
  readonly #sessions: QrSessions;

  /** @throws TypeError - a property that cannot be */
  constructor(properties: DeviceAuthenticationProperties) {
    const { name, deviceId, deviceClientId, audiences = [], clockTolerance = LONGEST_LEEWAY } = properties;
    if (!(clockTolerance >= 0 && clockTolerance <= LONGEST_LEEWAY)) {
      throw new TypeError(`clockTolerance must be from 0 to ${LONGEST_LEEWAY} seconds`);
    }
    const { signingFunction } = properties.functions;
    this.name = name;
    this.#deviceId = deviceId;
    this.#client = connectClient(properties, { ...properties, clientId: deviceClientId, signingFunction });
    this.#properties = properties.authJwtProperties ?? new AuthJwtProperties();
    this.#audience = [deviceClientId, ...audiences];
    this.#leeway = clockTolerance;
    const { discovery, transport } = this.#client;
    const url = async (): Promise<string> => (await discovery.metadata()).endpoints.jwks_uri;
    this.#keys = new KeySet("GET /oidc/jwks", url, transport);
    this.#sessions = new QrSessions(this.#client, (options) => this.makeCibaRequest(options));
  }

  /** The issuer, `{idpBaseUrl}/oidc`. */
  get issuer(): string {
    return this.#client.discovery.issuer;
  }

  /** A new client assertion (RFC 7523 §3): good for five minutes and for one request. */
  makeDeviceJwt(): Promise<string> {
    return this.#client.assertion();
  }

  /** A new access token of the machine itself (RFC 6749 §4.4). */
  makeDeviceAccessToken(): Promise<AccessToken> {
    return this.#client.requestToken();
  }

  /** The machine's access token, the same until 100 seconds before its end. */
  deviceAccessToken(): Promise<string> {
    return this.#client.token();
  }

  /** Asks what is behind a token that you were sent (RFC 7662). */
  tokenIntrospection(token: string): Promise<TokenIntrospectionResponse> {
    return tokens.tokenIntrospection(this.#client, token);
  }

  /** Asks whom an opaque token speaks for (onesid.md §8). */
  identify(token: string): Promise<tokens.TokenIdentity> {
    return tokens.identify(this.#client, token);
  }

  /** Renews tokens (RFC 6749 §6). A refresh token is good once: keep the new one. */
  refreshAccessToken(refreshToken: string): Promise<TokenSet> {
    return tokens.refreshAccessToken(this.#client, refreshToken);
  }

  /** Gives a token back (RFC 7009); a refresh token ends all that it gave. */
  revokeToken(token: string): Promise<void> {
    return tokens.revokeToken(this.#client, token);
  }

  /** Asks a person to sign in (CIBA Core §7.1). */
  makeCibaRequest(options: ciba.MakeCibaRequestOptions): Promise<CibaAuthRequestResponseDto> {
    return ciba.makeCibaRequest(this.#client, options, this.#properties);
  }

  /**
   * Looks once whether the person has answered, and collects the tokens (CIBA Core §10.1). They are given once.
   *
   * @throws IdpError - `authorization_pending` until then (status 400), `access_denied`, `expired_token`, `invalid_grant`
   */
  checkCibaStatus(authReqId: string, options: { signal?: AbortSignal } = {}): Promise<TokenSet> {
    return ciba.checkCibaStatus(this.#client, authReqId, options.signal);
  }

  /**
   * Waits for the person's answer, polling as slowly as the provider asks.
   *
   * @param request - The answer of {@link makeCibaRequest}, or an `auth_req_id`.
   */
  waitForTokens(request: CibaAuthRequestResponseDto | string, options: WaitOptions = {}): Promise<TokenSet> {
    const asked = typeof request === "string" ? { auth_req_id: request, expires_in: undefined } : request;
    const { auth_req_id, expires_in: expiresIn, interval } = { interval: undefined, ...asked };
    const look = async (): Promise<{ done: true; value: TokenSet }> => ({
      done: true,
      value: await ciba.checkCibaStatus(this.#client, auth_req_id, options.signal),
    });
    return pollPolitely("the sign-in", look, { ...this.#pace({ expiresIn, interval }), ...options });
  }

  /**
   * Verifies an ID token or a JWT access token of the provider: signature, issuer, audience, times and type.
   *
   * @throws TokenError - it is not to be trusted
   */
  validateJwt(jwt: string): Promise<ValidatedJwt> {
    return validateJwt(jwt, {
      issuer: this.issuer,
      audience: this.#audience,
      leeway: this.#leeway,
      keys: this.#keys,
      runtime: this.#client.transport.runtime,
    });
  }

  /** Makes a QR session that the provider keeps: draw its `qrContent`. */
  makeQrAuthSessionIdp(options: { animated?: boolean } = {}): Promise<QrSession> {
    return this.#sessions.make(options.animated ?? false);
  }

  /**
   * Looks at a QR session; `null` when there is none. After the scan it asks the person to sign in, once for a session
   * however many browsers poll, and has `authRequestId` from then on: go on with {@link checkCibaStatus}.
   */
  verifyQrAuthSessionIdp(session: string | QrStatusOptions): Promise<QrSession | null> {
    return this.#sessions.status(typeof session === "string" ? { sessionId: session } : session);
  }

  /**
   * Waits until a phone has scanned the code and its person was asked.
   *
   * @throws ExpiredError - nobody did in time
   */
  waitForQrScan(
    session: QrSession,
    options: WaitOptions & Partial<QrStatusOptions> = {},
  ): Promise<ScannedQrSession> {
    const { sessionId, expIn: expiresIn, interval } = session;
    const look = async () => qrLook(await this.#sessions.status({ ...options, sessionId }));
    return pollPolitely("the QR session", look, { ...this.#pace({ expiresIn, interval }), ...options });
  }

  /** Makes a QR session of the older form; its code says `{auth_req_id, deviceId}`. */
  makeLegacyQrSession(): Promise<LegacyQrSession> {
    return makeLegacyQrSession(this.#client, this.#deviceId);
  }

  /** Looks at a QR session of the older form. */
  legacyQrStatus(authReqId: string): Promise<LegacyQrStatus> {
    return legacyQrStatus(this.#client, authReqId);
  }

  /**
   * Asks a person for personal data.
   *
   * @param subject - The person's id: `sub` of a token of a sign-in.
   * @param resource - The URL of the application that this device runs.
   * @param reason - Why, in the words that the person is shown.
   */
  makeConsentRequest(
    subject: string,
    resource: string,
    content: readonly ConsentRequestContent[],
    reason: string,
  ): Promise<consent.ConsentRequest> {
    return consent.makeConsentRequest(this.#client, { subject, resource, content, reason });
  }

  /** Looks how a request for personal data stands; `content` has the values once it is approved. */
  checkConsentStatus(id: string, options: { signal?: AbortSignal } = {}): Promise<consent.ConsentStatus> {
    return consent.checkConsentStatus(this.#client, id, options.signal);
  }

  /** Waits until the person has decided, or the time is over: `approved`, `denied` or `expired`. */
  waitForConsent(request: consent.ConsentRequest, options: WaitOptions = {}): Promise<consent.ConsentStatus> {
    const { id, expiresIn, interval } = request;
    const look = async () => consentLook(await consent.checkConsentStatus(this.#client, id, options.signal));
    return pollPolitely("the request for personal data", look, {
      ...this.#pace({ expiresIn, interval }),
      ...options,
    });
  }

  /**
   * Verifies the receipt of a consent that this machine asked for, by the keys that the provider has now.
   *
   * @throws TokenError - it is no receipt, or was changed
   */
  verifyConsentReceipt(receipt: string): Promise<ConsentReceipt> {
    const [audience = ""] = this.#audience;
    return verifyConsentReceipt(receipt, { issuer: this.issuer, audience, keys: this.#keys.key });
  }

  #pace({ expiresIn, interval }: Pick<WaitOptions, "expiresIn" | "interval">): WaitOptions {
    const { runtime } = this.#client.transport;
    return { expiresIn, interval, clock: runtime, random: runtime.random };
  }
}
