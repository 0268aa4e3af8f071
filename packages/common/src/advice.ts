/** What is best done about an error. */
export type Advice =
  /** Nothing is wrong: look again after so many seconds. */
  | { kind: "wait"; seconds: number }
  /** It may work the next time, as it is. */
  | { kind: "retry" }
  /** This attempt is over; the person may begin another. */
  | { kind: "give_up" }
  /** The program or its configuration has to be put right. */
  | { kind: "misuse" };

/** Seconds between two looks when nobody named a number (CIBA Core §7.3). */
export const DEFAULT_INTERVAL = 5;

/** Seconds that `slow_down` adds to the interval (CIBA Core §11). */
export const SLOW_DOWN = 5;

const GIVE_UP: Advice = { kind: "give_up" };
const RETRY: Advice = { kind: "retry" };

/** By the code of the error, which says more than the status. */
const BY_CODE: Readonly<Record<string, Advice>> = {
  authorization_pending: { kind: "wait", seconds: DEFAULT_INTERVAL },
  slow_down: { kind: "wait", seconds: DEFAULT_INTERVAL + SLOW_DOWN },
  access_denied: GIVE_UP,
  expired_token: GIVE_UP,
  transaction_failed: GIVE_UP,
  invalid_grant: GIVE_UP,
  unknown_user_id: GIVE_UP,
  expired_login_hint_token: GIVE_UP,
  server_error: RETRY,
  temporarily_unavailable: RETRY,
};

/** By the status, where there is no code that we know: 404 is how backends tell of what is gone. */
const BY_STATUS: Readonly<Record<number, Advice>> = {
  404: GIVE_UP,
  408: RETRY,
  410: GIVE_UP,
  425: RETRY,
  429: RETRY,
};

/** Advice for an answer with an error status; `retryAfter` in seconds, if the answer has it (RFC 9110 §10.2.3). */
export function adviceOf(status: number, error?: string, retryAfter?: number): Advice {
  if (retryAfter !== undefined && (status === 429 || status >= 500)) {
    return { kind: "wait", seconds: retryAfter };
  }
  const known = error === undefined ? undefined : BY_CODE[error];
  return known ?? BY_STATUS[status] ?? (status >= 500 ? RETRY : { kind: "misuse" });
}
