import { ExpiredError, type Look, type PollOptions } from "@countersign/common";
import type { ConsentStatus } from "./consent.js";
import type { QrSession, ScannedQrSession } from "./qr.js";

/** How a wait goes. What is left out is what the provider asked for. */
export type WaitOptions = PollOptions;

/** A QR session is waited for until its person was asked. */
export function qrLook(session: QrSession | null): Look<ScannedQrSession> {
  if (session === null) {
    throw new ExpiredError("the QR session");
  }
  const { authRequestId } = session;
  return typeof authRequestId === "string"
    ? { done: true, value: { ...session, authRequestId } }
    : { done: false };
}

/** A request for personal data is waited for until it has ended, one way or the other. */
export function consentLook(status: ConsentStatus): Look<ConsentStatus> {
  return status.status === "pending" ? { done: false } : { done: true, value: status };
}
