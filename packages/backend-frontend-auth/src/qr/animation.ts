import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { ForbiddenException } from "@nestjs/common";
import { invalidRequest } from "../refusals.js";

/** An animated code changes so often, in seconds. */
export const CHANGES_EVERY = 1;
/** Older codes are refused, in milliseconds: long enough for a slow camera, too short to be sent on. */
const OLDEST = 5000;
/** How far a code may be ahead, in milliseconds: the clocks of two processes may differ by as much. */
const NEWEST = 1000;

/** What an animated code says beside the session. */
export interface CodeProof {
  /** Seconds since the session was made. */
  t: number;
  /** HMAC-SHA-256 over `t`, by the key of the session. */
  m: string;
}

/** What makes the codes of one session. */
export interface Animation {
  /** 256 bits, base64url. */
  key: string;
  /** When the session was made, in milliseconds. */
  since: number;
}

/** The codes of a new session. */
export function newAnimation(now: number): Animation {
  return { key: randomBytes(32).toString("base64url"), since: now };
}

/** What the code says at a moment. */
export function codeAt({ key, since }: Animation, now: number): CodeProof {
  const t = Math.max(0, Math.floor((now - since) / 1000));
  return { t, m: mac(key, t).toString("base64url") };
}

/**
 * Whether a code was on the screen just now. A photographed or relayed one was not.
 *
 * @throws BadRequestException, ForbiddenException
 */
export function checkCode({ key, since }: Animation, { t, m }: Partial<CodeProof>, now: number): void {
  if (t === undefined || m === undefined) {
    throw invalidRequest("t and m of the code are missing; this session shows an animated code");
  }
  const given = Buffer.from(m, "base64url");
  const expected = mac(key, t);
  // Before anything is said about a `t` that we did not make.
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw refused("this is no code of the session; scan the code on the screen");
  }
  const age = now - (since + t * 1000);
  if (age > OLDEST) {
    throw refused("the code is too old; scan the code that is on the screen now");
  }
  if (age < -NEWEST) {
    throw refused("the code was not shown yet; scan the code that is on the screen now");
  }
}

function mac(key: string, t: number): Buffer {
  const moment = Buffer.alloc(8);
  moment.writeBigUInt64BE(BigInt(t));
  return createHmac("sha256", Buffer.from(key, "base64url")).update(moment).digest();
}

function refused(error_description: string): ForbiddenException {
  return new ForbiddenException({ error: "access_denied", error_description });
}
