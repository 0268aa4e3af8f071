/** How a person is named (CIBA Core §7.1). */
export const LOGIN_HINT_KIND = {
  /** By username, such as `user.name@OnesID1`. */
  LOGIN_HINT: "login_hint",
  /** By a single-use token that the person's phone got from the provider. */
  LOGIN_HINT_TOKEN: "login_hint_token",
} as const;
/** A value of {@link LOGIN_HINT_KIND}. */
export type LOGIN_HINT_KIND = (typeof LOGIN_HINT_KIND)[keyof typeof LOGIN_HINT_KIND];

/** Who is asked: exactly one hint (CIBA Core §7.1). */
export interface LoginHint {
  /** What `value` is. */
  kind: LOGIN_HINT_KIND;
  /** The username or the token. */
  value: string;
}
