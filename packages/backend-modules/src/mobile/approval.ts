import { createHash } from "node:crypto";
import { InvalidAnswerError, type VerificationMode } from "@countersign/common";
import { Members } from "../transport/members.js";
import { canonicalize } from "./jcs.js";

/** A request as a person is shown it (decisions.md, "People, phones and approvals"). */
export interface PendingApproval {
  readonly id: string;
  readonly kind: "login" | "consent" | "mutual";
  /** The `auth_req_id` that the service got for this sign-in (CIBA Core §7.3). Other kinds have none. */
  readonly authRequestId?: string;
  readonly application: { readonly name: string; readonly host: string; readonly verified: boolean };
  readonly bindingMessage?: string;
  readonly scopes?: readonly string[];
  /** The personal data asked for. */
  readonly claims?: readonly string[];
  /** Those without which a yes counts as a no. */
  readonly requiredClaims?: readonly string[];
  readonly reason?: string;
  readonly verification: {
    readonly mode: VerificationMode;
    readonly code?: string;
    readonly choices?: readonly string[];
  };
  readonly context: {
    readonly ip?: string;
    readonly place?: string;
    readonly userAgent?: string;
    readonly requestedAt: string;
  };
  readonly expiresAt: string;
  /** base64url SHA-256 of the canonical form (RFC 8785) of all other members but `authRequestId`. */
  readonly digest: string;
}

/** What no person is shown: the digest itself, and the name by which tools find a sign-in. */
const NOT_SHOWN = new Set(["digest", "authRequestId"]);

/** The digest of what a person is shown, to which the decision is bound. */
export function approvalDigest(approval: object): string {
  const shown = Object.fromEntries(Object.entries(approval).filter(([name]) => !NOT_SHOWN.has(name)));
  return createHash("sha256").update(canonicalize(shown)).digest("base64url");
}

/**
 * Reads one item of `GET {host}/approvals`, and reckons its digest anew: what is signed must be what was shown.
 *
 * @throws InvalidAnswerError
 */
export function pendingApproval(call: string, item: unknown): PendingApproval {
  const members = new Members(call, item);
  const digest = members.text("digest");
  new Members(call, members.all["verification"]).text("mode");
  members.text("id");
  members.text("kind");
  if (approvalDigest(members.all) !== digest) {
    throw new InvalidAnswerError(`${call}: the digest of a request is not that of what it shows`);
  }
  return members.all as unknown as PendingApproval;
}
