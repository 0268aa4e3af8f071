import type { CibaAuthRequestResponseDto, QrAuthSessionIdp, QrAuthSessionKind } from "@countersign/common";
import type { ProviderClient } from "../provider/provider-client.js";
import { Members } from "../transport/members.js";
import { verificationOf, type MakeCibaRequestOptions } from "./ciba.js";

const MAKE = "POST /oidc/qr/make";
const STATUS = "POST /oidc/qr/status";

/** A QR session of the provider, with what it always tells (onesid.md §10.1). */
export interface QrSession extends QrAuthSessionIdp {
  kind: QrAuthSessionKind;
  expIn: number;
  interval: number;
  cibaRequestInvoked: boolean;
}

/** A QR session whose person was asked to sign in. */
export interface ScannedQrSession extends QrSession {
  /** The `auth_req_id` of the request. */
  authRequestId: string;
}

/** The session to look at, and what to ask its person for once a phone has scanned the code. */
export interface QrStatusOptions extends Omit<MakeCibaRequestOptions, "loginHint" | "qrSessionId"> {
  readonly sessionId: string;
}

/** Asks the person for whom the phone vouched. */
export type AskScanned = (options: MakeCibaRequestOptions) => Promise<CibaAuthRequestResponseDto>;

/** The requests that this process sends for sessions of the provider: one for each, however many browsers poll. */
export class QrSessions {
  readonly #asked = new Map<string, { request: Promise<CibaAuthRequestResponseDto>; until: number }>();

  constructor(
    readonly client: ProviderClient,
    readonly ask: AskScanned,
  ) {}

  /** Makes a session. An animated code changes every second, so that a photographed one dies. */
  async make(animated: boolean): Promise<QrSession> {
    const json = animated ? { animated } : undefined;
    const call = { name: MAKE, method: "POST", path: "/oidc/qr/make", json, repeat: false } as const;
    return session(new Members(MAKE, await this.client.bearer(call)));
  }

  /**
   * Looks at a session; `null` when there is none. The first look after a scan sends the sign-in request, and every look
   * from then on has `authRequestId`.
   */
  async status({ sessionId, ...options }: QrStatusOptions): Promise<QrSession | null> {
    const answer = await this.client.bearer({
      name: STATUS,
      method: "POST",
      path: "/oidc/qr/status",
      json: { sessionId },
      secrets: [sessionId],
      repeat: true,
      signal: options.signal,
    });
    if (answer === null) {
      this.#asked.delete(sessionId);
      return null;
    }
    const found = session(new Members(STATUS, answer));
    const { loginHintToken } = found;
    if (typeof loginHintToken !== "string" || typeof found.authRequestId === "string") {
      return found;
    }
    return withRequest(found, await this.#once(found, loginHintToken, options));
  }

  #once(
    found: QrSession,
    token: string,
    options: Omit<QrStatusOptions, "sessionId">,
  ): Promise<CibaAuthRequestResponseDto> {
    const now = this.client.transport.runtime.now();
    this.#forget(now);
    const { sessionId, expIn } = found;
    const known = this.#asked.get(sessionId);
    if (known !== undefined) {
      return known.request;
    }
    // One browser that leaves must not take the request away from the others: no signal here.
    const { signal: _, ...rest } = options;
    const loginHint = { kind: "login_hint_token", value: token } as const;
    const request = this.ask({ ...rest, loginHint, qrSessionId: sessionId });
    this.#asked.set(sessionId, { request, until: now + expIn * 1000 });
    request.catch(() => {
      // The next look may try again: the provider refuses what it does not want twice.
      this.#asked.delete(sessionId);
    });
    return request;
  }

  #forget(now: number): void {
    for (const [sessionId, { until }] of this.#asked) {
      if (now > until) {
        this.#asked.delete(sessionId);
      }
    }
  }
}

/** The session as the provider shows it from now on: with the request, and without the token that was spent for it. */
function withRequest(found: QrSession, request: CibaAuthRequestResponseDto): QrSession {
  const { loginHintToken: _, ...rest } = found;
  const { auth_req_id: authRequestId, verification } = request;
  return { ...rest, authRequestId, cibaRequestInvoked: true, ...(verification && { verification }) };
}

function session(members: Members): QrSession {
  return {
    kind: members.text("kind") as QrAuthSessionKind,
    sessionId: members.text("sessionId"),
    cbUrl: members.text("cbUrl"),
    expIn: members.seconds("expIn"),
    interval: members.seconds("interval"),
    cibaRequestInvoked: members.boolean("cibaRequestInvoked"),
    ...members.maybeSeconds("exp"),
    ...members.maybeText("aud"),
    ...members.maybeText("authRequestId"),
    ...members.maybeText("loginHintToken"),
    ...verificationOf(members),
    ...members.maybeText("qrContent"),
    ...members.maybeSeconds("refreshIn"),
  };
}
