import { Logger } from "@nestjs/common";
import type { DeviceAuthService } from "@countersign/backend-device-auth";
import type { LegacyQrSession } from "@countersign/backend-modules";
import {
  CIBA_AUTH_REQUEST_RESOURCE,
  type CibaAuthRequestFrontendDto,
  type CibaAuthRequestResponseDto,
  type CibaAuthStatusResponseDto,
  LOGIN_HINT_KIND,
} from "@countersign/common";
import type { ScanOrUsername } from "./dto/read.js";
import type { FrontendAuthConfig } from "./frontend-auth.options.js";
import type { QrAuthSession } from "./qr/session.js";
import type { NewQrSession, QrSessions } from "./qr/sessions.js";
import { invalidRequest } from "./refusals.js";

/** What a front end needs of its backend to sign people in. */
export class FrontendAuthService {
  readonly #logger = new Logger("FrontendAuthService");
  readonly #auth: DeviceAuthService;
  readonly #sessions: QrSessions;
  readonly #config: FrontendAuthConfig;

  constructor(auth: DeviceAuthService, sessions: QrSessions, config: FrontendAuthConfig) {
    this.#auth = auth;
    this.#sessions = sessions;
    this.#config = config;
  }

  /** Whether a session that is made over HTTP is for one browser only. */
  get bindsToBrowser(): boolean {
    return this.#config.bindToBrowser ?? true;
  }

  /** Whether browsers reach this service over TLS. */
  get isSecure(): boolean {
    return this.#config.host.startsWith("https:");
  }

  /**
   * Makes a QR session of this service: draw its `qrContent`, or `{cbUrl, sessionId}`.
   *
   * @param ip - where the browser called from, for {@link FrontendAuthConfig.bindingMessage}.
   * @throws StoreUnavailable
   */
  makeQrAuthSession(ip: string, options?: NewQrSession): Promise<QrAuthSession> {
    return this.#sessions.make(ip, options);
  }

  /**
   * The session as it stands, `null` when there is none. Once `authRequestId` is set, poll {@link cibaStatus}.
   *
   * @throws StoreUnavailable
   */
  verifyQrAuthSession(sessionId: string): Promise<QrAuthSession | null> {
    return this.#sessions.find(sessionId);
  }

  /** The same for a browser that asks over HTTP: a session that was made for another one is not there. */
  verifyQrAuthSessionFor(sessionId: string, browser: string | undefined): Promise<QrAuthSession | null> {
    return this.#sessions.findFor(sessionId, browser);
  }

  /** A QR session of the older form, which the provider keeps; its code says `{auth_req_id, deviceId}`. */
  makeLegacyQrSession(): Promise<LegacyQrSession> {
    return this.#auth.makeLegacyQrSession();
  }

  /**
   * Asks the provider to ask the person: for a username that a browser sends, or for a phone that scanned a code.
   *
   * @param ip - where the request came from.
   * @throws IdpError if the provider refuses, StoreUnavailable, NotFoundException and ConflictException for a scan.
   */
  async makeCibaRequest(request: ScanOrUsername, ip?: string): Promise<CibaAuthRequestResponseDto> {
    const { sessionId } = request;
    if (sessionId === undefined) {
      return this.#ask(request, ip);
    }
    // Anybody can type a username; only the person's own phone can get a token.
    if (request.loginHintKind !== LOGIN_HINT_KIND.LOGIN_HINT_TOKEN) {
      throw invalidRequest("a scan names its person by a login_hint_token");
    }
    // The code is for the screen: a phone that was told it could answer for a person who never saw the screen.
    const ask = (browserIp: string) => this.#ask(request, browserIp);
    const { verification: _, ...answer } = await this.#sessions.scanned(sessionId, request, ask);
    return answer;
  }

  /**
   * The tokens, once the person approved. They are given once.
   *
   * @throws IdpError `authorization_pending` until then, `access_denied`, `expired_token`…
   */
  async cibaStatus(authRequestId: string): Promise<CibaAuthStatusResponseDto> {
    const tokens = await this.#auth.checkCibaStatus(authRequestId);
    // The tokens are given once: a store that is gone now must not cost the person their sign-in.
    await this.#sessions.collected(authRequestId).catch((error: unknown) => {
      this.#logger.warn(`a QR session stays open until it ends: ${String(error)}`);
    });
    return tokens;
  }

  /** New tokens for a refresh token, which is used up. */
  refreshAccessToken(refreshToken: string): Promise<CibaAuthStatusResponseDto> {
    return this.#auth.refreshAccessToken(refreshToken);
  }

  /** The claims of an ID token or of an access token for this service, after every check. */
  validateJwt(jwt: string): ReturnType<DeviceAuthService["validateJwt"]> {
    return this.#auth.validateJwt(jwt);
  }

  #ask(request: CibaAuthRequestFrontendDto, ip: string | undefined): Promise<CibaAuthRequestResponseDto> {
    const { applicationName, bindingMessage = `Sign in to ${applicationName}`, host } = this.#config;
    const resource = request.resource ?? this.#config.resource;
    return this.#auth.makeCibaRequest({
      loginHint: { kind: request.loginHintKind, value: request.userIdentifier },
      bindingMessage: typeof bindingMessage === "string" ? bindingMessage : bindingMessage(ip),
      scope: request.scope ?? this.#config.scope,
      resource: resource === CIBA_AUTH_REQUEST_RESOURCE.DEVICE ? [host] : [],
    });
  }
}
