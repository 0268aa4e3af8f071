import type {
  AuthJwtProperties,
  CibaAuthRequestResponseDto,
  LoginHint,
  Verification,
  VerificationMode,
} from "@countersign/common";
import { CIBA_GRANT_TYPE } from "@countersign/common";
import type { ProviderClient } from "../provider/provider-client.js";
import { Members } from "../transport/members.js";
import { tokenSet, type TokenSet } from "./token-set.js";

/** A sign-in to ask for (CIBA Core §7.1). What is left out comes from `authJwtProperties`. */
export interface MakeCibaRequestOptions {
  /** Who is asked: by username, or by a token of the person's phone. */
  readonly loginHint: LoginHint;
  /** Scopes with spaces between them. */
  readonly scope?: string | undefined;
  /** What both screens show. */
  readonly bindingMessage?: string | undefined;
  /** URL of the service that the access token is for (RFC 8707); `[]` gives an opaque token. */
  readonly resource?: string | readonly string[] | undefined;
  /** The QR session that the person scanned: one session makes one request, however often it is asked for. */
  readonly qrSessionId?: string | undefined;
  /** Modes of verification that are strong enough, the best first: `["transfer", "choose"]`. */
  readonly verification?: readonly Exclude<VerificationMode, "none">[] | undefined;
  /** Seconds that the person has to answer; 600 at most. */
  readonly requestedExpiry?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const REQUEST = "POST /oidc/backchannel";
const POLL = "POST /oidc/token";

/** Asks a person to sign in, by a signed request (CIBA Core §7.1.1). */
export async function makeCibaRequest(
  client: ProviderClient,
  options: MakeCibaRequestOptions,
  properties: AuthJwtProperties,
): Promise<CibaAuthRequestResponseDto> {
  const { kind, value } = options.loginHint;
  const request = await client.signer.jwt(client.discovery.issuer, {
    ...claims(options, properties),
    [kind]: value,
  });
  const answer = await client.form({
    name: REQUEST,
    endpoint: "backchannel_authentication_endpoint",
    fields: { request },
    // Asking again would ask the person again, except for a QR session, which makes one request.
    repeat: options.qrSessionId === undefined ? "never" : "fresh",
    signal: options.signal,
  });
  return cibaAnswer(new Members(REQUEST, answer));
}

function claims(options: MakeCibaRequestOptions, properties: AuthJwtProperties): Record<string, unknown> {
  const resources = [options.resource ?? properties.resources].flat();
  const acr = options.verification?.map((mode) => `urn:countersign:acr:${mode}`).join(" ");
  const all = {
    scope: options.scope ?? properties.scope,
    binding_message: options.bindingMessage ?? properties.bindingMessage,
    // onesid.md §6.1: one resource is a text. Several are an array, as RFC 8707 §2 has it.
    resource: resources.length > 1 ? resources : resources[0],
    qr_session_id: options.qrSessionId,
    acr_values: acr,
    // CIBA Core §7.1.1: a text also within a signed request.
    requested_expiry: options.requestedExpiry?.toString(),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function cibaAnswer(members: Members): CibaAuthRequestResponseDto {
  return {
    auth_req_id: members.text("auth_req_id"),
    expires_in: members.seconds("expires_in"),
    ...members.maybeSeconds("interval"),
    ...verificationOf(members),
  };
}

/** The code to show, which is there unless the mode is `none`. */
export function verificationOf(members: Members): { verification?: Verification } {
  const shown = members.all["verification"] ?? undefined;
  if (shown === undefined) {
    return {};
  }
  const read = new Members("verification", shown);
  return { verification: { mode: read.text("mode") as VerificationMode, code: read.text("code") } };
}

/**
 * Looks once whether the person has answered (CIBA Core §10.1).
 *
 * Never repeated by itself: of two collections the second is refused, and ends the grant.
 */
export async function checkCibaStatus(
  client: ProviderClient,
  authReqId: string,
  signal?: AbortSignal,
): Promise<TokenSet> {
  const fields = { grant_type: CIBA_GRANT_TYPE, auth_req_id: authReqId };
  return tokenSet(
    POLL,
    await client.form({ name: POLL, endpoint: "token_endpoint", fields, repeat: "never", signal }),
  );
}
