import type { ProviderClient } from "../provider/provider-client.js";
import { Members } from "../transport/members.js";

const MAKE = "GET /auth/qr";
const STATUS = "GET /auth/qr/{auth_req_id}";

/** A QR session of the older form (onesid.md §10.3). */
export interface LegacyQrSession {
  readonly auth_req_id: string;
  /** Seconds until it ends. */
  readonly exp: number;
  /** The device that shows the code. */
  readonly deviceId: string;
}

/** Where a session of the older form stands. */
export interface LegacyQrStatus {
  readonly status: "pending" | "approved" | "denied" | "expired";
  readonly deviceId: string;
  /** The person's token, once approved. */
  readonly access_token?: string;
  readonly expires_in?: number;
}

/** Makes a session of the older form; its code says `{auth_req_id, deviceId}`. */
export async function makeLegacyQrSession(
  client: ProviderClient,
  deviceId: string,
): Promise<LegacyQrSession> {
  const answer = await client.bearer({ name: MAKE, method: "GET", path: "/auth/qr", repeat: false });
  const members = new Members(MAKE, answer);
  return { auth_req_id: members.text("auth_req_id"), exp: members.seconds("exp"), deviceId };
}

/** Looks at a session of the older form. */
export async function legacyQrStatus(client: ProviderClient, authReqId: string): Promise<LegacyQrStatus> {
  const path = `/auth/qr/${encodeURIComponent(authReqId)}`;
  const answer = await client.bearer({
    name: STATUS,
    method: "GET",
    path,
    secrets: [authReqId],
    repeat: true,
  });
  const members = new Members(STATUS, answer);
  return {
    status: members.text("status") as LegacyQrStatus["status"],
    deviceId: members.text("deviceId"),
    ...members.maybeText("access_token"),
    ...members.maybeSeconds("expires_in"),
  };
}
