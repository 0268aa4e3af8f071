import type { Advice } from "../advice.js";
import { CountersignError } from "../errors.js";

/** Why nobody signed in. */
export type MutualEnd =
  /** The person said no. */
  | "rejected"
  /** Three answers were wrong. */
  | "too_many_attempts"
  /** Nobody answered in time, or the service began a newer session. */
  | "expired"
  /** The session is unknown, or it has ended. */
  | "not_found"
  /** The socket was opened elsewhere: in another tab, for example. */
  | "replaced"
  /** `wsToken` is not that of the session. */
  | "wrong_token"
  /** Browser and provider did not understand each other. */
  | "protocol";

const SENTENCES: Readonly<Record<MutualEnd, string>> = {
  rejected: "the person said no",
  too_many_attempts: "three answers of the phone were wrong",
  expired: "nobody answered in time",
  not_found: "the session is unknown or has ended",
  replaced: "the session is followed elsewhere",
  wrong_token: "the token is not that of the session",
  protocol: "the connection was ended for a breach of its protocol",
};

/** A mutual sign-in ended without an identity. */
export class MutualSessionError extends CountersignError {
  override readonly name = "MutualSessionError";
  readonly code = "ERR_MUTUAL_SESSION";
  readonly advice: Advice;
  /** Why. */
  readonly reason: MutualEnd;

  constructor(reason: MutualEnd) {
    super(SENTENCES[reason]);
    this.reason = reason;
    this.advice = { kind: reason === "wrong_token" || reason === "protocol" ? "misuse" : "give_up" };
  }
}
