/** Seconds since 1970 (a JWT's NumericDate, RFC 7519 §2), of now or of `milliseconds` since 1970. */
export function unixTimeInSeconds(milliseconds: number = Date.now()): number {
  return Math.floor(milliseconds / 1000);
}
