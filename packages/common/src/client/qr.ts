import { ExpiredError } from "../errors.js";
import { type CallOptions, postJson, withTexts } from "../http.js";
import { type PollOptions, pollPolitely } from "../poll.js";
import type { QrAuthSessionIdp } from "../qr-session.js";

/** What a new session is like. */
export interface QrSessionOptions extends CallOptions {
  /** A code that changes every second and dies after five, so that a picture of it is of no use. */
  animated?: boolean | undefined;
}

/** A session whose person was asked: `authRequestId` is the `auth_req_id` to wait with. */
export type ScannedQrSession = QrAuthSessionIdp & { authRequestId: string };

/**
 * Begins a sign-in by QR code, by `POST {host}/api/auth/qr/make` of your backend.
 *
 * @param host - Your backend, such as `https://example.com`; empty for the page's own.
 * @throws IdpError, UnreachableError, InvalidAnswerError
 */
export function makeQrSessionClientV2(
  host: string,
  options: QrSessionOptions = {},
): Promise<QrAuthSessionIdp> {
  const body = options.animated ? { animated: true } : undefined;
  return postJson(host, "/api/auth/qr/make", body, options, (answer) =>
    withTexts<QrAuthSessionIdp>(answer, "sessionId", "cbUrl"),
  );
}

/**
 * Looks once how far a session is, by `POST {host}/api/auth/qr/status` of your backend. A session that has ended is an
 * {@link IdpError} with status 404, or an {@link ExpiredError} where the backend answers `null`.
 *
 * @throws IdpError, UnreachableError, InvalidAnswerError, ExpiredError
 */
export function qrSessionStatusClientV2(
  host: string,
  sessionId: string,
  options: CallOptions = {},
): Promise<QrAuthSessionIdp> {
  return postJson(host, "/api/auth/qr/status", { sessionId }, options, (answer) => {
    if (answer === null) {
      throw new ExpiredError("the QR session");
    }
    return withTexts<QrAuthSessionIdp>(answer, "sessionId");
  });
}

/** How a wait for a scan goes. */
export interface QrWaitOptions extends CallOptions, PollOptions {
  /** Hears of each look: draw `qrContent` anew if it has one, take the picture away if not. */
  onSession?: ((session: QrAuthSessionIdp) => void) | undefined;
}

/**
 * Waits until a phone has scanned the code and its person was asked. Go on with `waitForCibaClient` and the session's
 * `authRequestId`. An animated code is asked for as often as it changes.
 *
 * @param session - The answer of {@link makeQrSessionClientV2}.
 */
export function waitForQrSessionClient(
  host: string,
  session: QrAuthSessionIdp,
  options: QrWaitOptions = {},
): Promise<ScannedQrSession> {
  const interval = options.interval ?? session.interval;
  return pollPolitely(
    "the QR session",
    async () => {
      const now = await qrSessionStatusClientV2(host, session.sessionId, options);
      options.onSession?.(now);
      return now.authRequestId
        ? { done: true, value: now as ScannedQrSession }
        : { done: false, seconds: untilNextLook(now, interval) };
    },
    {
      ...options,
      interval,
      first: untilNextLook(session, interval),
      expiresIn: options.expiresIn ?? session.expIn,
    },
  );
}

/** As often as the code changes, and never less often than the interval. */
function untilNextLook({ refreshIn }: QrAuthSessionIdp, interval = 3): number {
  return Math.min(Math.max(refreshIn ?? interval, 1), interval);
}
