import type { Signer } from "../signing/signer.js";
import { unixTime, type Runtime } from "../transport/runtime.js";
import type { PendingApproval } from "./approval.js";

/** What a person decides. */
export type Decision = "approved" | "denied";

/** What goes with a decision. */
export interface DecisionOptions {
  /** Of what was asked for, what is given; all of it when left out. */
  readonly granted?: readonly string[];
  /** The code that the other screen shows: `choose` and `transfer` need it. */
  readonly code?: string;
  /** Why not. `not_me` is a report: the client is stopped until an operator has looked. */
  readonly reason?: string;
}

/** RFC 8725 §3.11: no other JWT of this key can be taken for a decision. */
const TYPE = "approval+jwt";

/** A decision is sent at once, and cannot be kept for later. */
const LIFETIME = 60;

/** The modes in which the person takes the code from the other screen to the phone. */
const CODE_NEEDED = new Set(["choose", "transfer"]);

/** Signs a decision over exactly what was shown (decisions.md). It is kept as evidence. */
export function signDecision(
  signer: Signer,
  runtime: Runtime,
  host: string,
  approval: PendingApproval,
  decision: Decision,
  options: DecisionOptions,
): Promise<string> {
  const { mode } = approval.verification;
  if (decision === "approved" && CODE_NEEDED.has(mode) && options.code === undefined) {
    throw new TypeError(`this request is verified by ${mode}: give the code that the other screen shows`);
  }
  const now = unixTime(runtime);
  const { granted, code, reason } = options;
  const claims = {
    iss: signer.clientId,
    aud: host,
    jti: runtime.uuid(),
    iat: now,
    exp: now + LIFETIME,
    approval_id: approval.id,
    decision,
    digest: approval.digest,
    ...(granted && { granted }),
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
  };
  return signer.sign({ typ: TYPE }, claims);
}
