/** Shorter texts are no secrets of ours, and replacing them would only make messages unreadable. */
const SHORTEST = 8;

/** A compact JWS (RFC 7515 §7.1), whoever made it. */
const JWS = /\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g;

/** Longer explanations are cut: they go into logs. */
const LONGEST = 500;

/**
 * A text from the other side, fit for a log: without the secrets that we sent (an answer may quote its request), without
 * any JWS, without control characters, and not too long.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= SHORTEST) {
      clean = clean.replaceAll(secret, "[redacted]").replaceAll(encodeURIComponent(secret), "[redacted]");
    }
  }
  clean = clean
    .replaceAll(JWS, "[redacted]")
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim();
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST)}…`;
}
