import { IdpError } from "@countersign/common";
import type { Signer } from "../signing/signer.js";
import { Members } from "../transport/members.js";
import type { Call, Transport } from "../transport/transport.js";
import type { Discovery, Endpoint } from "./metadata.js";
import { TokenCache, type AccessToken } from "./token-cache.js";

/** RFC 7523 §2.2. */
const CLIENT_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** A form to an endpoint that asks for client authentication. */
export interface FormCall {
  readonly name: string;
  readonly endpoint: Endpoint;
  /** Secrets are among the values: none of them comes back in an error. */
  readonly fields: Readonly<Record<string, string>>;
  /**
   * `fresh`: harmless however often it arrives, so it is sent again with a new assertion. `same`: sent again byte for byte,
   * which the provider takes for the same request. `never`: a lost answer stays lost.
   */
  readonly repeat: "fresh" | "same" | "never";
  readonly signal?: AbortSignal | undefined;
}

/** A call with the client's own token, or another. */
export interface BearerCall {
  readonly name: string;
  readonly method: Call["method"];
  /** Below the host, with its slash. */
  readonly path: string;
  readonly json?: unknown;
  /** Instead of the client's own. */
  readonly token?: string;
  /** Further secrets: in the path or in the body. */
  readonly secrets?: readonly string[];
  readonly repeat: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A client at its provider: authenticates, and keeps its own access token. Machines and phones both are one. */
export class ProviderClient {
  readonly #tokens: TokenCache;

  constructor(
    readonly signer: Signer,
    readonly discovery: Discovery,
    readonly transport: Transport,
  ) {
    this.#tokens = new TokenCache(transport.runtime, () => this.requestToken());
  }

  /** A new client assertion (RFC 7523 §3). */
  assertion(): Promise<string> {
    return this.signer.jwt(this.discovery.issuer);
  }

  /** Posts a form with client authentication (OpenID Connect Core §9, `private_key_jwt`). */
  async form({ name, endpoint, fields, repeat, signal }: FormCall): Promise<unknown> {
    const { endpoints } = await this.discovery.metadata();
    const make = async (): Promise<Call> => {
      const assertion = await this.assertion();
      const body = new URLSearchParams({
        client_id: this.signer.clientId,
        client_assertion_type: CLIENT_ASSERTION_TYPE,
        client_assertion: assertion,
        ...fields,
      });
      return {
        name,
        method: "POST",
        url: endpoints[endpoint],
        body,
        secrets: [assertion, ...Object.values(fields)],
      };
    };
    if (repeat === "fresh") {
      return this.transport.repeatedly(make, signal);
    }
    const call = await make();
    return repeat === "same"
      ? this.transport.repeatedly(() => call, signal)
      : this.transport.once(call, signal);
  }

  /** Makes a call with a bearer token (RFC 6750 §2.1). The client's own is renewed once when it is refused. */
  async bearer(call: BearerCall): Promise<unknown> {
    const token = call.token ?? (await this.#tokens.token());
    try {
      return await this.#send(call, token);
    } catch (error) {
      // RFC 6750 §3.1: the token may have been revoked, or the provider's store restored, before it ended.
      if (call.token !== undefined || !(error instanceof IdpError) || error.status !== 401) {
        throw error;
      }
      this.#tokens.refused(token);
      return this.#send(call, await this.#tokens.token());
    }
  }

  /** The client's own token, from the cache as long as it lives. */
  token(): Promise<string> {
    return this.#tokens.token();
  }

  /** A new token of the client's own (RFC 6749 §4.4), which the cache then keeps. */
  async requestToken(): Promise<AccessToken> {
    const name = "POST /oidc/token";
    const fields = { grant_type: "client_credentials" };
    const answer = await this.form({ name, endpoint: "token_endpoint", fields, repeat: "fresh" });
    const members = new Members(name, answer);
    const token = {
      access_token: members.text("access_token"),
      expires_in: members.seconds("expires_in"),
      token_type: members.text("token_type"),
    };
    this.#tokens.keep(token);
    return token;
  }

  #send(
    { name, method, path, json, secrets = [], repeat, signal }: BearerCall,
    token: string,
  ): Promise<unknown> {
    const call: Call = {
      name,
      method,
      url: `${this.discovery.host}${path}`,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      secrets: [token, ...secrets],
    };
    return repeat ? this.transport.repeatedly(() => call, signal) : this.transport.once(call, signal);
  }
}
