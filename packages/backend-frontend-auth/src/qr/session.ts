import type { QrAuthSessionIdp, Verification } from "@countersign/common";
import type { Animation } from "./animation.js";

/** A QR session that this service keeps itself, as its front end sees it. */
export interface QrAuthSession extends QrAuthSessionIdp {
  /** `qr_client`: kept by the service, not by the provider. */
  kind: "qr_client";
  /** Seconds until it ends. */
  expIn: number;
  /** When it ends, in Unix seconds. */
  exp: number;
  /** Seconds between two looks at its status. */
  interval: number;
  /** The client id of this service. */
  aud: string;
  /** The text to draw, until a phone has scanned it. */
  qrContent?: string;
  /** Of an animated code: seconds after which it is another. Look at the status as often. */
  refreshIn?: number;
  /** Whether a phone has scanned the code and its person is being asked. */
  cibaRequestInvoked: boolean;
  /** Once set, go on as with any other sign-in: poll `/auth/oidc/token`. */
  authRequestId?: string;
  /** What the screen has to show beside the code, when the application's policy wants it. */
  verification?: Verification;
}

/** What the store keeps of a session. */
export interface QrSessionRecord {
  /** Unix seconds. */
  exp: number;
  /** Where the browser called from. */
  ip: string;
  /** SHA-256 of the cookie of the browser that may look at it; absent when anybody may who knows its id. */
  browser?: string;
  /** What makes its codes, if they change. */
  animation?: Animation;
  authRequestId?: string;
  verification?: Verification;
  /** Its tokens were collected: there is nothing left to sign in. */
  collected?: true;
}
