import { CountersignError, type Advice } from "@countersign/common";

/** The algorithms that a device's key can sign with (RFC 7518 §3.1). */
export type SigningAlgorithm = "RS256" | "ES256" | "ES384" | "ES512";

/** What is to be signed, and by whom. */
export interface SigningRequest {
  /** `base64url(header).base64url(payload)`: the exact bytes to sign (RFC 7515 §5.1). */
  readonly message: string;
  /** `id` in device.yml: the signing service asks for it. */
  readonly deviceId: string;
  /** Where the signing service is, when another place than the usual one was named. */
  readonly deviceIdentityUrl?: string | undefined;
}

/**
 * Signs with the key of this machine, wherever it is kept. Gives the third part of a JWS: base64url, without padding; for
 * an elliptic curve the raw r‖s (RFC 7518 §3.4).
 */
export interface SigningFunction {
  (request: SigningRequest): Promise<string>;
  /** The algorithm of the key, when the function knows it. */
  readonly algorithm?: SigningAlgorithm;
}

/** The key of this machine did not sign. */
export class SigningError extends CountersignError {
  override readonly name = "SigningError";
  readonly code = "ERR_SIGNING";

  constructor(
    message: string,
    /** A service that is gone may come back; a key of the wrong kind will not change. */
    readonly advice: Advice = { kind: "misuse" },
  ) {
    super(message);
  }
}
