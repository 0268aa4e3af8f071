import type { ConsentContent, ConsentRequestContent, Verification } from "@countersign/common";
import type { ProviderClient } from "../provider/provider-client.js";
import { Members } from "../transport/members.js";
import { verificationOf } from "./ciba.js";

const ASK = "POST /oidc/consent";
const READ = "GET /oidc/consent/{id}";

/** How a request for personal data stands. */
export type ConsentStatusWord = "pending" | "approved" | "denied" | "expired";

/** A request for personal data that the person was sent. */
export interface ConsentRequest {
  readonly id: string;
  readonly status: ConsentStatusWord;
  /** Seconds that the person has to answer. */
  readonly expiresIn: number;
  /** Seconds between two looks. */
  readonly interval: number;
  /** The code to show, where the application's policy wants one. */
  readonly verification?: Verification;
}

/** How a request for personal data stands, and what came of it. */
export interface ConsentStatus {
  readonly id: string;
  readonly status: ConsentStatusWord;
  /** What the person gave: for ten minutes after the yes, and then no more. */
  readonly content?: readonly ConsentContent[];
  /** Proof of the consent, for your files: {@link DeviceAuthentication.verifyConsentReceipt}. */
  readonly receipt?: string;
  /** When the person took it back, RFC 3339: delete what you have. */
  readonly revokedAt?: string;
}

/** Asks a person for personal data (onesid.md §14). */
export async function makeConsentRequest(
  client: ProviderClient,
  request: { subject: string; resource: string; content: readonly ConsentRequestContent[]; reason: string },
): Promise<ConsentRequest> {
  const call = { name: ASK, method: "POST", path: "/oidc/consent", json: request, repeat: false } as const;
  const members = new Members(ASK, await client.bearer(call));
  return {
    id: members.text("id"),
    status: members.text("status") as ConsentStatusWord,
    expiresIn: members.seconds("expiresIn"),
    interval: members.seconds("interval"),
    ...verificationOf(members),
  };
}

/** Looks how a request for personal data stands. */
export async function checkConsentStatus(
  client: ProviderClient,
  id: string,
  signal?: AbortSignal,
): Promise<ConsentStatus> {
  const path = `/oidc/consent/${encodeURIComponent(id)}`;
  const members = new Members(
    READ,
    await client.bearer({ name: READ, method: "GET", path, repeat: true, signal }),
  );
  return {
    id: members.text("id"),
    status: members.text("status") as ConsentStatusWord,
    ...(members.all["content"] == null ? {} : { content: members.list("content").map(contentOf) }),
    ...members.maybeText("receipt"),
    ...members.maybeText("revokedAt"),
  };
}

function contentOf(item: unknown): ConsentContent {
  const members = new Members(READ, item);
  return { name: members.text("name") as ConsentContent["name"], value: members.text("value") };
}
