import { type CallOptions, postJson, withTexts } from "../http.js";
import type { IDENTITY_SCOPE } from "./identity.js";

/** Which service asks. Only the last two prove it; a browser knows the id alone, and the phone says so to its person. */
export type ServiceProof =
  | { serviceId: string; serviceVds?: never; serviceAssertion?: never }
  | { serviceVds: string; serviceId?: never; serviceAssertion?: never }
  | { serviceAssertion: string; serviceId?: never; serviceVds?: never };

/** Who is asked, by whom, for what (X.1280 profile §1). */
export type MutualRequest = ServiceProof & {
  /** The credential of the person. */
  tokenId: string;
  /** What the service wants to know; its default scopes when absent. */
  scopes?: readonly IDENTITY_SCOPE[];
};

/** A session that waits for the person. `wsToken` opens its socket: it is a secret of this browser. */
export interface MutualSession {
  sessionId: string;
  /** Six digits to show in full: the phone shows the same, and the person compares. */
  autoPassword: string;
  wsToken: string;
  /** Goes into the hash of the answer. */
  random: string;
  /** When it ends, RFC 3339 in UTC, by the clock of the provider. */
  expiresAt: string;
}

/**
 * Asks a person, by `POST {host}/auth/initiate` of the provider. From a page it works at the origins that are registered for
 * the service.
 *
 * @param host - The provider, such as `https://id.example.com`.
 * @throws IdpError (`not_found`, `access_denied`, `invalid_service`, `invalid_scope`, `too_many_requests`),
 * UnreachableError, InvalidAnswerError
 */
export function initiate(
  host: string,
  request: MutualRequest,
  options: CallOptions = {},
): Promise<MutualSession> {
  return postJson(host, "/auth/initiate", request, { credentials: "omit", ...options }, (answer) =>
    withTexts<MutualSession>(answer, "sessionId", "autoPassword", "wsToken", "random", "expiresAt"),
  );
}
