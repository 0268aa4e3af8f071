import type { CibaAuthStatusResponseDto } from "@countersign/common";
import { Members } from "../transport/members.js";

/** Tokens of a person (onesid.md §5.2, §5.3). `scope` is always there, perhaps empty. */
export interface TokenSet extends CibaAuthStatusResponseDto {
  scope: string;
}

/** Reads the answer of the token endpoint (RFC 6749 §5.1). */
export function tokenSet(call: string, answer: unknown): TokenSet {
  const members = new Members(call, answer);
  return {
    access_token: members.text("access_token"),
    token_type: members.text("token_type"),
    expires_in: members.seconds("expires_in"),
    scope: "",
    ...members.maybeText("scope"),
    ...members.maybeText("id_token"),
    ...members.maybeText("refresh_token"),
  };
}
