import type { AuthJwtProperties, ConsentContent, LoginHint } from "@countersign/common";
import { connectClient, type ConnectionOptions } from "../provider/connect.js";
import type { ProviderClient } from "../provider/provider-client.js";
import type { AccessToken } from "../provider/token-cache.js";
import { localSigningFunction, type LoadedKeys } from "../signing/local-key.js";
import { SigningError, type SigningRequest } from "../signing/signing-function.js";
import { Members } from "../transport/members.js";
import { pendingApproval, type PendingApproval } from "./approval.js";
import { signDecision, type Decision, type DecisionOptions } from "./decision.js";
import { NoSuchApproval } from "./no-such-approval.js";

/** Whose phone it is. */
export interface MobileDeviceAuthenticationProperties extends ConnectionOptions {
  /** A name for this object. */
  readonly name: string;
  /** The phone's client id, as it was enrolled. */
  readonly deviceClientId: string;
  /** Taken and not needed: a phone asks nobody to sign in. */
  readonly authJwtProperties?: AuthJwtProperties | undefined;
  /** Taken and not needed: a phone signs with its own key. */
  readonly deviceIdentityUrl?: string | undefined;
}

/** A sign-in that waits for this person, as {@link MobileDeviceAuthentication.listPendingCibaRequests} gives it. */
export interface PendingCibaRequest extends PendingApproval {
  /** The `auth_req_id` that the service got for it. */
  readonly authRequestId: string;
}

/** What a person consented to give away. */
export interface GivenConsent {
  readonly id: string;
  readonly resource: string;
  readonly names: readonly ConsentContent["name"][];
  readonly reason: string;
  /** RFC 3339. */
  readonly grantedAt: string;
  /** RFC 3339; when it was taken back. */
  readonly revokedAt?: string;
}

const LIST = "GET /approvals";
const DECIDE = "POST /approvals/{id}/decision";
const HINT = "POST /login-hint-tokens";
const CONSENTS = "GET /consents";
const REVOKE = "DELETE /consents/{id}";

/**
 * A person's phone, for tests and tools: it sees what waits for the person, and signs the decision over exactly that.
 *
 * ```ts
 * const phone = new MobileDeviceAuthentication({ name: "test phone", idpBaseUrl, deviceClientId });
 * phone.loadKeys(await loadKeys("phone.pem"));
 * const [request] = await phone.listPendingCibaRequests();
 * await phone.respondToPendingCibaRequest(request.authRequestId, "approved");
 * ```
 */
export class MobileDeviceAuthentication {
  /** The name that was given. */
  readonly name: string;
  readonly #client: ProviderClient;
  #sign: ((request: SigningRequest) => Promise<string>) | undefined;

  constructor(properties: MobileDeviceAuthenticationProperties) {
    this.name = properties.name;
    this.#client = connectClient(properties, {
      clientId: properties.deviceClientId,
      deviceId: properties.deviceClientId,
      signingFunction: (request) => this.#signed(request),
      // The provider verifies a phone's signature by the key that it enrolled, which is on P-256.
      algorithm: "ES256",
    });
  }

  /** Gives the phone its key, on P-256. */
  loadKeys(keys: LoadedKeys): void {
    const sign = localSigningFunction(keys);
    if (sign.algorithm !== "ES256") {
      throw new SigningError("the key of a phone must be on P-256");
    }
    this.#sign = sign;
  }

  /** The phone's own access token. */
  makeDeviceAccessToken(): Promise<AccessToken> {
    return this.#client.requestToken();
  }

  /** A token that lets one service find this person once, for five minutes. */
  async getLoginHintToken(): Promise<LoginHint & { expiresIn: number }> {
    const call = { name: HINT, method: "POST", path: "/login-hint-tokens", repeat: false } as const;
    const members = new Members(HINT, await this.#client.bearer(call));
    const expiresIn = members.seconds("expiresIn");
    return { kind: "login_hint_token", value: members.text("value"), expiresIn };
  }

  /** The sign-ins that wait for this person, oldest first. */
  async listPendingCibaRequests(): Promise<PendingCibaRequest[]> {
    const pending = await this.listPendingApprovals();
    return pending.filter(
      (item): item is PendingCibaRequest => item.kind === "login" && item.authRequestId !== undefined,
    );
  }

  /** Everything that waits for this person: sign-ins, requests for personal data, mutual sign-ins. */
  async listPendingApprovals(): Promise<PendingApproval[]> {
    const answer = await this.#client.bearer({ name: LIST, method: "GET", path: "/approvals", repeat: true });
    return new Members(LIST, answer).list("approvals").map((item) => pendingApproval(LIST, item));
  }

  /**
   * Answers a sign-in that waits for this person.
   *
   * @param authRequestId - the `auth_req_id` that the service got for it.
   * @throws NoSuchApproval - none of the sign-ins that wait is this one
   */
  async respondToPendingCibaRequest(
    authRequestId: string,
    decision: Decision,
    options: DecisionOptions = {},
  ): Promise<void> {
    const pending = await this.listPendingCibaRequests();
    const request = pending.find((ciba) => ciba.authRequestId === authRequestId);
    if (request === undefined) {
      throw new NoSuchApproval(`none of the ${pending.length} sign-ins that wait has this authRequestId`);
    }
    await this.respondToApproval(request, decision, options);
  }

  /** Answers anything that was listed, also a request for personal data; a mutual sign-in has its own way. */
  async respondToApproval(
    approval: PendingApproval,
    decision: Decision,
    options: DecisionOptions = {},
  ): Promise<void> {
    const { signer, transport, discovery } = this.#client;
    const signed = await signDecision(signer, transport.runtime, discovery.host, approval, decision, options);
    await this.#client.bearer({
      name: DECIDE,
      method: "POST",
      path: `/approvals/${encodeURIComponent(approval.id)}/decision`,
      json: { decision: signed },
      secrets: [signed],
      repeat: false,
    });
  }

  /** What this person consented to give away, newest first. */
  async listConsents(): Promise<GivenConsent[]> {
    const answer = await this.#client.bearer({
      name: CONSENTS,
      method: "GET",
      path: "/consents",
      repeat: true,
    });
    return new Members(CONSENTS, answer).list("consents") as GivenConsent[];
  }

  /** Takes a consent back. */
  async revokeConsent(id: string): Promise<void> {
    const path = `/consents/${encodeURIComponent(id)}`;
    await this.#client.bearer({ name: REVOKE, method: "DELETE", path, repeat: true });
  }

  #signed(request: SigningRequest): Promise<string> {
    if (this.#sign === undefined) {
      throw new SigningError("the phone has no key yet: call loadKeys before");
    }
    return this.#sign(request);
  }
}
