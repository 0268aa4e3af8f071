import type { CibaAuthStatusResponseDto } from "../ciba.js";
import { waitForCibaClient } from "../client/ciba.js";
import {
  type QrSessionOptions,
  type QrWaitOptions,
  type ScannedQrSession,
  makeQrSessionClientV2,
  waitForQrSessionClient,
} from "../client/qr.js";
import { ExpiredError, IdpError } from "../errors.js";
import { type QrAuthSessionIdp, qrContent } from "../qr-session.js";
import { drawQr } from "./draw.js";
import type { QrPictureOptions } from "./svg.js";

/** How a sign-in by QR code goes. */
export interface QrSignInOptions extends QrSessionOptions, QrWaitOptions {
  /** How the code looks. */
  picture?: QrPictureOptions | undefined;
  /** Hears that a phone has scanned the code: show the session's `verification`, if it has one. */
  onScanned?: ((session: ScannedQrSession) => void) | undefined;
  /** How many codes are shown one after the other while nobody scans; 6 when not set. */
  sessions?: number | undefined;
}

/**
 * Shows a code in an element until a phone has scanned it, and gives the tokens once its person said yes. A code that ran
 * out is replaced by a new one; an animated one is drawn as often as it changes. Once it was scanned, the element is empty and
 * yours again.
 *
 * @param host - Your backend, such as `https://example.com`; empty for the page's own.
 */
export async function signInWithQr(
  element: Element,
  host: string,
  options: QrSignInOptions = {},
): Promise<CibaAuthStatusResponseDto> {
  const session = await scanned(element, host, options).finally(() => {
    element.replaceChildren();
  });
  options.onScanned?.(session);
  const { signal, clock, random, onWait } = options;
  return waitForCibaClient(
    host,
    { auth_req_id: session.authRequestId, ...(session.interval && { interval: session.interval }) },
    { ...callOptions(options), signal, clock, random, onWait },
  );
}

/** A session that somebody scanned; one that ran out gives way to the next. */
async function scanned(element: Element, host: string, options: QrSignInOptions): Promise<ScannedQrSession> {
  for (let left = options.sessions ?? 6; ; left -= 1) {
    const session = await makeQrSessionClientV2(host, options);
    const draw = drawing(element, session, options);
    draw(session);
    try {
      return await waitForQrSessionClient(host, session, {
        ...options,
        onSession: (now) => {
          draw(now);
          options.onSession?.(now);
        },
      });
    } catch (error) {
      if (left <= 1 || !hasEnded(error)) {
        throw error;
      }
    }
  }
}

/** Draws what there is to draw, and only when it changed. */
function drawing(element: Element, first: QrAuthSessionIdp, options: QrSignInOptions) {
  // A backend that knows nothing of `qrContent` shows one code for the whole session.
  const told = typeof first.qrContent === "string";
  let drawn: string | undefined;
  return (session: QrAuthSessionIdp): void => {
    const content = told ? (session.qrContent ?? undefined) : qrContent(first);
    if (content === drawn) {
      return;
    }
    drawn = content;
    if (content === undefined) {
      element.replaceChildren();
    } else {
      drawQr(element, content, options.picture);
    }
  };
}

/** Whether nobody scanned the code in time. */
function hasEnded(error: unknown): boolean {
  return error instanceof ExpiredError || (error instanceof IdpError && error.status === 404);
}

function callOptions({ timeout, headers, credentials, fetch }: QrSignInOptions) {
  return { timeout, headers, credentials, fetch };
}
