import type { TokenIntrospectionResponse } from "@countersign/common";
import type { ProviderClient } from "../provider/provider-client.js";
import { Members } from "../transport/members.js";
import { tokenSet, type TokenSet } from "./token-set.js";

const REFRESH = "POST /oidc/token";
const INTROSPECTION = "POST /oidc/token/introspection";
const REVOCATION = "POST /oidc/token/revocation";
const IDENTIFY = "GET /oidc/identify";

/** Whom a token speaks for (onesid.md §8). */
export interface TokenIdentity {
  readonly subject_type: "device" | "user";
  /** Id of the device, or of the person. */
  readonly subject: string;
  readonly client_id: string;
  readonly username?: string;
}

/**
 * Renews tokens (RFC 6749 §6). A refresh token is good once: keep the new one.
 *
 * If the answer is lost, the very same request is sent again: the provider takes that for the same refresh and gives the
 * same answer, where a new request would count as theft of the token.
 */
export async function refreshAccessToken(client: ProviderClient, refreshToken: string): Promise<TokenSet> {
  const fields = { grant_type: "refresh_token", refresh_token: refreshToken };
  return tokenSet(
    REFRESH,
    await client.form({ name: REFRESH, endpoint: "token_endpoint", fields, repeat: "same" }),
  );
}

/** Asks what is behind a token (RFC 7662). A token that is unknown or has ended gives `{active: false}`. */
export async function tokenIntrospection(
  client: ProviderClient,
  token: string,
): Promise<TokenIntrospectionResponse> {
  const answer = await client.form({
    name: INTROSPECTION,
    endpoint: "introspection_endpoint",
    fields: { token },
    repeat: "fresh",
  });
  const members = new Members(INTROSPECTION, answer);
  // RFC 7662 §2.2: nothing of a token that is not alive may be relied on.
  return members.boolean("active") ? { ...members.all, active: true } : { active: false };
}

/** Gives a token back (RFC 7009). A refresh token takes all that it gave with it. */
export async function revokeToken(client: ProviderClient, token: string): Promise<void> {
  await client.form({
    name: REVOCATION,
    endpoint: "revocation_endpoint",
    fields: { token },
    repeat: "fresh",
  });
}

/** Asks whom an opaque token speaks for. */
export async function identify(client: ProviderClient, token: string): Promise<TokenIdentity> {
  const path = "/oidc/identify";
  const members = new Members(
    IDENTIFY,
    await client.bearer({ name: IDENTIFY, method: "GET", path, token, repeat: true }),
  );
  return {
    subject_type: members.text("subject_type") === "user" ? "user" : "device",
    subject: members.text("subject"),
    client_id: members.text("client_id"),
    ...members.maybeText("username"),
  };
}
