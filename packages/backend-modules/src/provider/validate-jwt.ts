import { jwtVerify, type JWTPayload } from "jose";
import type { Runtime } from "../transport/runtime.js";
import type { KeySet } from "./key-set.js";
import { TokenError, tokenError } from "./token-error.js";

/** Signatures that a provider may make. Neither `none` nor a MAC, whose key would be our own public one (RFC 8725 §2.1). */
const ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"];

/** ID tokens and access tokens (RFC 9068 §2.1); others of the same keys, such as receipts, are none (RFC 8725 §3.11). */
const TYPES = new Set([undefined, "jwt", "at+jwt"]);

/** The most that clocks may differ by, in seconds. */
export const LONGEST_LEEWAY = 60;

/** What a token says (RFC 7519 §4.1, RFC 9068 §2.2, OpenID Connect Core §2). */
export interface ValidatedJwt extends JWTPayload {
  readonly iss: string;
  /** The person's id. */
  readonly sub: string;
  readonly aud: string | string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti?: string;
  readonly scope?: string;
  readonly client_id?: string;
  readonly username?: string;
  /** `master`, `admin`, `auditor` or `user`. */
  readonly idp_role?: string;
  /** How strongly the decision was tied to the screen that asked. */
  readonly acr?: string;
  /** RFC 8176. */
  readonly amr?: readonly string[];
  readonly auth_time?: number;
  readonly resource?: string;
}

/** What a token is held to. */
export interface JwtRules {
  readonly issuer: string;
  /** One of them must be the audience. */
  readonly audience: readonly string[];
  /** Seconds. */
  readonly leeway: number;
  readonly keys: KeySet;
  readonly runtime: Runtime;
}

/**
 * Verifies an ID token or a JWT access token: signature by a published key, issuer, audience, times, type.
 *
 * @throws TokenError - it is not to be trusted
 */
export async function validateJwt(token: string, rules: JwtRules): Promise<ValidatedJwt> {
  const { issuer, audience, leeway, keys, runtime } = rules;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys.key, {
      issuer,
      audience: [...audience],
      algorithms: ALGORITHMS,
      clockTolerance: leeway,
      currentDate: new Date(runtime.now()),
      requiredClaims: ["exp", "iat", "sub"],
    });
    if (!TYPES.has(protectedHeader.typ?.toLowerCase().replace(/^application\//, ""))) {
      throw new TokenError("wrong_type", "typ", "the token is of another type");
    }
    // jose looks at `iat` only when a greatest age is asked for.
    if (typeof payload.iat !== "number" || payload.iat > runtime.now() / 1000 + leeway) {
      throw new TokenError(
        "not_yet_valid",
        "iat",
        "the token was issued in the future; do the clocks agree?",
      );
    }
    return payload as ValidatedJwt;
  } catch (error) {
    throw tokenError(error, "the token");
  }
}
