import { InvalidAnswerError } from "../errors.js";
import { isObject, withTexts } from "../http.js";

/** What the provider tells on the socket (X.1280 profile §2). */
export type MutualEvent =
  | { type: "otp_ready"; autoPassword: string; expiresAt: string }
  | { type: "rejected"; reason: RejectedReason }
  | { type: "expired" }
  | ({ type: "approved" } & ApprovedMembers);

/** Why an answer of the phone was refused. After the first two it may try again. */
export type RejectedReason = "Invalid signature" | "Invalid OTP" | "Too many attempts" | "User rejected";

interface ApprovedMembers {
  jwt: string;
  hash: string;
  random: string;
  expiresAt: string;
}

/** Members that each event has to have. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  otp_ready: ["autoPassword"],
  rejected: ["reason"],
  expired: [],
  approved: ["jwt", "hash", "random", "expiresAt"],
};

/**
 * An event of a frame; nothing for a type that is not known yet.
 *
 * @throws InvalidAnswerError for what is not an event at all.
 */
export function eventOf(frame: unknown): MutualEvent | undefined {
  const value = parse(frame);
  const members = isObject(value) && typeof value["type"] === "string" ? MEMBERS[value["type"]] : undefined;
  if (members === undefined) {
    return undefined;
  }
  const event = withTexts<Record<string, string>>(value, "type", ...members);
  if (event === undefined) {
    throw new InvalidAnswerError("an event of the session lacks a member");
  }
  return event as unknown as MutualEvent;
}

function parse(frame: unknown): unknown {
  try {
    return JSON.parse(String(frame));
  } catch {
    throw new InvalidAnswerError("an event of the session is not JSON");
  }
}
