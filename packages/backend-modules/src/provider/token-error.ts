import { CountersignError, type Advice } from "@countersign/common";
import { errors } from "jose";

/** Why a token was refused. */
export type TokenErrorCode =
  | "malformed"
  | "algorithm_not_allowed"
  | "unknown_key"
  | "wrong_signature"
  | "wrong_type"
  | "expired"
  | "not_yet_valid"
  | "wrong_claim";

/** A token is not what it must be. The message names the claim, never the token. */
export class TokenError extends CountersignError {
  override readonly name = "TokenError";
  readonly advice: Advice = { kind: "give_up" };

  constructor(
    readonly code: TokenErrorCode,
    /** The claim that is wrong, if it is one. */
    readonly claim: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

/** What `jose` found wrong, in our words; an error of another kind (the provider is gone) is given back as it is. */
export function tokenError(error: unknown, what: string): unknown {
  if (error instanceof errors.JWTExpired) {
    return new TokenError("expired", "exp", `${what} has expired`);
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return claimError(error, what);
  }
  for (const [kind, code, sentence] of KINDS) {
    if (error instanceof kind) {
      return new TokenError(code, undefined, `${what} ${sentence}`);
    }
  }
  // TypeErrors and errors of the crypto library: a key that does not fit the header.
  return error instanceof errors.JOSEError || error instanceof TypeError
    ? new TokenError("malformed", undefined, `${what} cannot be read`)
    : error;
}

const KINDS = [
  [errors.JWSSignatureVerificationFailed, "wrong_signature", "is not signed by the key that it names"],
  [errors.JOSEAlgNotAllowed, "algorithm_not_allowed", "is signed by an algorithm that is not accepted"],
  [errors.JOSENotSupported, "algorithm_not_allowed", "needs something that is not supported"],
  [errors.JWKSNoMatchingKey, "unknown_key", "names a key that the provider does not have"],
  [errors.JWKSMultipleMatchingKeys, "unknown_key", "does not say which key signed it"],
] as const satisfies readonly (readonly [new () => Error, TokenErrorCode, string])[];

function claimError({ claim, reason }: errors.JWTClaimValidationFailed, what: string): TokenError {
  if (claim === "typ") {
    return new TokenError("wrong_type", claim, `${what} is of another type`);
  }
  if ((claim === "nbf" || claim === "iat") && reason === "check_failed") {
    return new TokenError(
      "not_yet_valid",
      claim,
      `${what} is not valid yet by ${claim}; do the clocks agree?`,
    );
  }
  const problem = reason === "missing" ? "has no" : "has a wrong";
  return new TokenError("wrong_claim", claim, `${what} ${problem} ${claim}`);
}
