import { createHmac, timingSafeEqual } from "node:crypto";
import type { MutualIdentity, MutualSession } from "@countersign/common/x1280";
import { jwtVerify } from "jose";
import { connect, type ConnectionOptions } from "./provider/connect.js";
import { KeySet } from "./provider/key-set.js";
import { TokenError, tokenError } from "./provider/token-error.js";
import { LONGEST_LEEWAY } from "./provider/validate-jwt.js";
import type { Runtime } from "./transport/runtime.js";

/** What the browser hands on: the members of the event `approved` (X.1280 profile §2). */
export interface MutualApproval {
  readonly jwt: string;
  readonly hash: string;
}

/** Which service this is, and where the provider is. */
export interface MutualVerifierOptions extends ConnectionOptions {
  /** `aud` of the identities that are made for the service. */
  readonly audience: string;
  /** The key that the operator handed over at registration, base64url. It is a secret. */
  readonly responseKey: string;
}

/**
 * Whether an answer was made for this session by somebody who holds the service's response key, and not by a page in
 * between (X.1280 profile §3): `hash` = base64url(HMAC-SHA-256(response key, `sessionId|jwt|random`)).
 */
export function isAuthenticResponse(
  responseKey: string,
  session: Pick<MutualSession, "sessionId" | "random">,
  { jwt, hash }: MutualApproval,
): boolean {
  const mac = createHmac("sha256", Buffer.from(responseKey, "base64url"))
    .update(`${session.sessionId}|${jwt}|${session.random}`)
    .digest();
  const given = Buffer.from(hash, "base64url");
  return given.length === mac.length && timingSafeEqual(given, mac);
}

/**
 * Verifies who signed in by a mutual sign-in (X.1280), for the service's backend: a browser can be made to say anything.
 *
 * ```ts
 * const verifier = new MutualVerifier({ idpBaseUrl, audience, responseKey });
 * const { idtoken } = await verifier.verify(session, approval, tokenId);
 * ```
 */
export class MutualVerifier {
  readonly #host: string;
  readonly #options: MutualVerifierOptions;
  readonly #keys: KeySet;
  readonly #runtime: Runtime;

  constructor(options: MutualVerifierOptions) {
    const { host, transport } = connect(options);
    this.#host = host;
    this.#options = options;
    this.#runtime = transport.runtime;
    const url = `${host}/.well-known/jwks.json`;
    this.#keys = new KeySet("GET /.well-known/jwks.json", () => Promise.resolve(url), transport);
  }

  /**
   * The identity of the person with the credential `tokenId`, if it is the provider's, for this service and this session.
   *
   * @param session - As the backend began it: `random` of the browser proves nothing.
   * @throws TokenError - it is not to be trusted
   */
  async verify(
    session: Pick<MutualSession, "sessionId" | "random">,
    approval: MutualApproval,
    tokenId: string,
  ): Promise<MutualIdentity> {
    if (!isAuthenticResponse(this.#options.responseKey, session, approval)) {
      throw new TokenError(
        "wrong_signature",
        undefined,
        "the answer was not made for this session of this service",
      );
    }
    return this.verifyIdentity(approval.jwt, tokenId);
  }

  /** The same without the hash of the session: for a JWT that was verified before and is shown again. */
  async verifyIdentity(jwt: string, tokenId: string): Promise<MutualIdentity> {
    try {
      const { payload } = await jwtVerify(jwt, this.#keys.key, {
        issuer: this.#host,
        audience: this.#options.audience,
        subject: tokenId,
        algorithms: ["ES256"],
        clockTolerance: LONGEST_LEEWAY,
        currentDate: new Date(this.#runtime.now()),
        requiredClaims: ["exp", "iat", "idtoken"],
      });
      return payload as unknown as MutualIdentity;
    } catch (error) {
      throw tokenError(error, "the identity");
    }
  }
}
