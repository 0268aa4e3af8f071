import { createHash, randomBytes } from "node:crypto";
import { ConflictException } from "@nestjs/common";
import {
  type AuthenticationQRCodeContent,
  type CibaAuthRequestResponseDto,
  qrContent,
} from "@countersign/common";
import { sessionNotFound } from "../refusals.js";
import { CHANGES_EVERY, checkCode, codeAt, type CodeProof, newAnimation } from "./animation.js";
import { seal, unseal } from "./sealed.js";
import type { QrAuthSession, QrSessionRecord } from "./session.js";
import type { QrSessionStore } from "./store.js";

/** How long a code can be scanned, in seconds (onesid.md gives the older form the same). */
const LIFETIME = 300;
/** How long one scan keeps others out while the provider is asked, in seconds; longer than that ever takes. */
const SCAN = 30;
/** Seconds between two looks. */
const INTERVAL = 3;

/** What sessions are made with. */
export interface QrSessionsOptions {
  store: QrSessionStore;
  /** Where phones post. */
  cbUrl: string;
  /** The client id of this service. */
  clientId: string;
  /** The time in milliseconds. */
  now?: () => number;
}

/** What a new session is like. */
export interface NewQrSession {
  /** The cookie of the only browser that may look at it over HTTP; anybody who knows its id when absent. */
  browser?: string | undefined;
  /** Whether its code changes every second, and is refused when it is older than five. */
  animated?: boolean | undefined;
}

/** Asks the person for whom a phone vouched. */
export type AskScanned = (ip: string) => Promise<CibaAuthRequestResponseDto>;

/** The QR sessions of this service: made for a browser, scanned by one phone, read until they end. */
export class QrSessions {
  readonly #store: QrSessionStore;
  readonly #cbUrl: string;
  readonly #clientId: string;
  readonly #now: () => number;

  constructor({ store, cbUrl, clientId, now = Date.now }: QrSessionsOptions) {
    this.#store = store;
    this.#cbUrl = cbUrl;
    this.#clientId = clientId;
    this.#now = now;
  }

  /** Makes a session. */
  async make(ip: string, { browser, animated = false }: NewQrSession = {}): Promise<QrAuthSession> {
    const id = randomBytes(32).toString("base64url");
    const now = this.#now();
    const record: QrSessionRecord = {
      exp: seconds(now) + LIFETIME,
      ip,
      ...(browser !== undefined && { browser: digest(browser) }),
      ...(animated && { animation: newAnimation(now) }),
    };
    await this.#store.add(sessionKey(id), sealed(id, record), LIFETIME);
    return this.#shown(id, record, now);
  }

  /** A living session, also after its request was answered. */
  async find(id: string): Promise<QrAuthSession | null> {
    const record = await this.#read(id);
    return record && this.#shown(id, record);
  }

  /**
   * The same for a browser: a session that was made for another one is not there. The code shows the id to everybody who
   * sees the screen, so the id alone must not be enough to collect the tokens.
   */
  async findFor(id: string, cookie: string | undefined): Promise<QrAuthSession | null> {
    const record = await this.#read(id);
    if (record?.browser !== undefined && (cookie === undefined || digest(cookie) !== record.browser)) {
      return null;
    }
    return record && this.#shown(id, record);
  }

  /**
   * A phone has scanned the code: asks the provider, and notes what came of it. One session takes one phone, so that the
   * screen never signs somebody in who scanned it later.
   *
   * @param code - what an animated code says beside the session.
   * @param ask - asks the provider; it is told where the browser of the session called from.
   * @throws NotFoundException if there is no such session, ConflictException if another phone was faster,
   * BadRequestException and ForbiddenException for an animated code that is not on the screen.
   */
  async scanned(id: string, code: Partial<CodeProof>, ask: AskScanned): Promise<CibaAuthRequestResponseDto> {
    if (!(await this.#store.add(scanKey(id), "1", SCAN))) {
      throw alreadyScanned();
    }
    try {
      const record = await this.#read(id);
      if (!record) {
        throw sessionNotFound();
      }
      // The sign-in of this screen is over. What comes later is a request like one without a session.
      if (record.collected) {
        return await ask(record.ip);
      }
      if (record.authRequestId !== undefined) {
        throw alreadyScanned();
      }
      if (record.animation) {
        checkCode(record.animation, code, this.#now());
      }
      const answer = await ask(record.ip);
      await this.#started(id, record, answer);
      return answer;
    } finally {
      // It ends by itself: a store that is gone by now must not make a failure of what succeeded.
      await this.#store.remove(scanKey(id)).catch(() => undefined);
    }
  }

  /** The tokens of a request were collected; if a session began it, that session is done. */
  async collected(authRequestId: string): Promise<void> {
    const kept = await this.#store.get(requestKey(authRequestId));
    const id = kept === null ? null : unseal(authRequestId, kept);
    const record = id === null ? null : await this.#read(id);
    if (id !== null && record) {
      await this.#store.replace(sessionKey(id), sealed(id, { ...record, collected: true }));
    }
  }

  async #started(id: string, record: QrSessionRecord, answer: CibaAuthRequestResponseDto): Promise<void> {
    const { auth_req_id: authRequestId, verification } = answer;
    const started: QrSessionRecord = { ...record, authRequestId, ...(verification && { verification }) };
    if (!(await this.#store.replace(sessionKey(id), sealed(id, started)))) {
      throw sessionNotFound();
    }
    await this.#store.add(requestKey(authRequestId), seal(authRequestId, id), LIFETIME);
  }

  async #read(id: string): Promise<QrSessionRecord | null> {
    const kept = await this.#store.get(sessionKey(id));
    const text = kept === null ? null : unseal(id, kept);
    return text === null ? null : (JSON.parse(text) as QrSessionRecord);
  }

  #shown(id: string, record: QrSessionRecord, now = this.#now()): QrAuthSession {
    const { exp, authRequestId, verification } = record;
    const cbUrl = this.#cbUrl;
    return {
      kind: "qr_client",
      sessionId: id,
      cbUrl,
      expIn: Math.max(0, exp - seconds(now)),
      exp,
      interval: INTERVAL,
      aud: this.#clientId,
      cibaRequestInvoked: authRequestId !== undefined,
      ...(authRequestId === undefined ? this.#picture(id, record, now) : { authRequestId }),
      ...(verification && { verification }),
    };
  }

  /** What to draw now. */
  #picture(
    sessionId: string,
    { animation }: QrSessionRecord,
    now: number,
  ): Pick<QrAuthSession, "qrContent" | "refreshIn"> {
    const session = { cbUrl: this.#cbUrl, sessionId };
    if (!animation) {
      return { qrContent: qrContent(session) };
    }
    const code: AuthenticationQRCodeContent = { ...session, ...codeAt(animation, now) };
    return { qrContent: JSON.stringify(code), refreshIn: CHANGES_EVERY };
  }
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

// The store knows digests of ids, and what an id unseals: who reads it cannot look at a session, nor collect its tokens.
const sessionKey = (id: string): string => `session:${digest(id)}`;
const scanKey = (id: string): string => `scan:${digest(id)}`;
const requestKey = (authRequestId: string): string => `request:${digest(authRequestId)}`;

const sealed = (id: string, record: QrSessionRecord): string => seal(id, JSON.stringify(record));

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function alreadyScanned(): ConflictException {
  return new ConflictException({
    error: "conflict",
    error_description: "another phone has scanned this code; ask for a new one",
  });
}
