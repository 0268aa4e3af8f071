import type { Verification } from "./ciba.js";

/** How a QR session came to be. */
export type QrAuthSessionKind = "bc" | "qr" | "qr_client" | "qr_legacy";

/** What a QR code says, as JSON. */
export interface AuthenticationQRCodeContent {
  /** Where the phone posts its scan. */
  cbUrl: string;
  /** The session. */
  sessionId: string;
  /** In an animated code: seconds since the session began. */
  t?: number;
  /** In an animated code: proof by the provider that it is `t` seconds old and no older. */
  m?: string;
}

/** A QR session as the browser sees it. */
export interface QrAuthSessionIdp {
  /** How it came to be. */
  kind?: QrAuthSessionKind;
  /** The session. */
  sessionId: string;
  /** Where the phone posts its scan. */
  cbUrl: string;
  /** Seconds until it ends. */
  expIn?: number;
  /** When it ends, in Unix seconds. */
  exp?: number | null;
  /** Seconds between two looks. */
  interval?: number;
  /** Client id of the service. */
  aud?: string | null;
  /** The `auth_req_id`, once a phone has scanned the code and its person was asked. */
  authRequestId?: string | null;
  /** For backends only: the token that names the person, until the request was sent. */
  loginHintToken?: string | null;
  /** Whether the person was asked. */
  cibaRequestInvoked?: boolean;
  /** The code to show beside, where the application's policy wants one. */
  verification?: Verification | null;
  /** The text to draw, until a phone has scanned it. */
  qrContent?: string | null;
  /** Seconds after which `qrContent` is another. */
  refreshIn?: number | null;
}

/** The text to draw for a session: the one that the provider made, or `{cbUrl, sessionId}`. */
export function qrContent(session: QrAuthSessionIdp): string {
  const { cbUrl, sessionId } = session;
  return session.qrContent ?? JSON.stringify({ cbUrl, sessionId } satisfies AuthenticationQRCodeContent);
}
