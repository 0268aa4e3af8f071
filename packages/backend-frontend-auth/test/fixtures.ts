import type { CibaAuthRequestResponseDto } from "@countersign/common";
import { MemoryQrSessionStore, type QrSessionStore } from "@countersign/backend-frontend-auth";
import { QrSessions } from "../src/qr/sessions.js";

/** A time that passes when a test says so. */
export class TestClock {
  milliseconds = Date.parse("2026-05-17T10:00:00Z");

  readonly now = (): number => this.milliseconds;

  pass(seconds: number): void {
    this.milliseconds += seconds * 1000;
  }
}

/** Sessions of a shop, in memory unless another store is handed in. */
export function shopSessions(
  clock = new TestClock(),
  store: QrSessionStore = new MemoryQrSessionStore(clock.now),
) {
  const cbUrl = "https://shop.example/api/auth/oidc/bc-authorize";
  return { clock, store, sessions: new QrSessions({ store, cbUrl, clientId: "the-shop", now: clock.now }) };
}

/** The provider's answer to a request. */
export function asked(auth_req_id: string): () => Promise<CibaAuthRequestResponseDto> {
  return () => Promise.resolve({ auth_req_id, expires_in: 600, interval: 3 });
}
