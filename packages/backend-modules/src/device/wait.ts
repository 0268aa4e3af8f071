import { ExpiredError, type Look, type PollOptions } from "@countersign/common";
import type { ConsentStatus } from "./consent.js";
import type { QrSession } from "./qr.js";

/** How a wait goes. What is left out is what the provider asked for. */
export type WaitOptions = PollOptions;

/** A QR session is waited for until its person was asked. */
export function qrLook(session: QrSession | null): Look<QrSession> {
  if (session === null) {
    throw new ExpiredError("the QR session");
  }
  return session.authRequestId == null
    ? { done: false, seconds: session.interval }
    : { done: true, value: session };
}

/** A request for personal data is waited for until it has ended, one way or the other. */
export function consentLook(status: ConsentStatus): Look<ConsentStatus> {
  return status.status === "pending" ? { done: false } : { done: true, value: status };
}
