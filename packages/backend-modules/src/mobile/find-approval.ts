import { createHash } from "node:crypto";
import { CountersignError, type Advice } from "@countersign/common";
import type { PendingApproval } from "./approval.js";

/** What a tool asks to answer is not there, or could be several things. */
export class NoSuchApproval extends CountersignError {
  override readonly name = "NoSuchApproval";
  readonly code = "ERR_NO_SUCH_APPROVAL";
  readonly advice: Advice = { kind: "give_up" };
}

/**
 * The handle that names a sign-in on the phone's side, made of the `auth_req_id` by a provider that links the two: the
 * `auth_req_id` itself is the client's secret and never reaches a phone.
 */
export function authRequestHandle(authReqId: string): string {
  return createHash("sha256").update(authReqId).digest("base64url");
}

/**
 * The request that a text names: by its id, by its handle, or by the `auth_req_id` from which the handle was made. With
 * `danger_answerOnlyRequest` a text that names none stands for the one that waits.
 *
 * @throws NoSuchApproval
 */
export function findApproval(
  pending: readonly PendingApproval[],
  name: string,
  danger_answerOnlyRequest: boolean,
): PendingApproval {
  const handle = authRequestHandle(name);
  const found = pending.find(
    ({ id, authRequestId }) => id === name || authRequestId === name || authRequestId === handle,
  );
  if (found !== undefined) {
    return found;
  }
  const [only, ...more] = pending;
  if (danger_answerOnlyRequest && only !== undefined && more.length === 0) {
    return only;
  }
  throw new NoSuchApproval(
    `none of the ${pending.length} requests that wait has this name; use the id or authRequestId of one that is listed`,
  );
}
