import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { PERSONAL_DATA_CONSENT_PROPERTIES } from "@countersign/common";
import { TokenError, tokenError } from "../provider/token-error.js";

/** RFC 8725 §3.11: an ID token of the same provider must not pass for a receipt. */
const TYPE = "consent-receipt+jwt";

/** What a receipt proves: who consented to what, when and why. It holds no value. */
export interface ConsentReceipt {
  readonly iss: string;
  /** Client id of the device that asked. */
  readonly aud: string;
  /** The person. */
  readonly sub: string;
  /** When the receipt was made, Unix seconds. */
  readonly iat: number;
  readonly consent_id: string;
  readonly resource: string;
  readonly asked: readonly PERSONAL_DATA_CONSENT_PROPERTIES[];
  readonly granted: readonly PERSONAL_DATA_CONSENT_PROPERTIES[];
  readonly reason: string;
  /** When the person decided, Unix seconds. */
  readonly decided_at: number;
  readonly approval_id: string;
  /** base64url SHA-256 of the decision that the phone signed. */
  readonly decision_digest: string;
}

/** What a receipt is held to. */
export interface ReceiptRules {
  readonly issuer: string;
  /** Whose receipt it must be: the client id that asked. */
  readonly audience: string;
  /** The keys of the provider: a set that was kept beside the receipt, or a way to ask for one. */
  readonly keys: JSONWebKeySet | JWTVerifyGetKey;
}

/**
 * Verifies a receipt. It has no end: a key set that was kept with it verifies it in ten years, without the provider.
 *
 * @throws TokenError - it is no receipt, or was changed
 */
export async function verifyConsentReceipt(receipt: string, rules: ReceiptRules): Promise<ConsentReceipt> {
  const { issuer, audience, keys } = rules;
  const what = "the receipt";
  try {
    const key = typeof keys === "function" ? keys : createLocalJWKSet(keys);
    const { payload } = await jwtVerify(receipt.trim(), key, {
      issuer,
      audience,
      algorithms: ["ES256"],
      requiredClaims: ["sub", "iat", "consent_id", "decided_at", "decision_digest"],
      typ: TYPE,
    });
    return payload as unknown as ConsentReceipt;
  } catch (error) {
    throw error instanceof TokenError ? error : tokenError(error, what);
  }
}
