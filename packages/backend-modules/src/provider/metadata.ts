import { InvalidAnswerError } from "@countersign/common";
import { requireEncrypted } from "../transport/host.js";
import { Members } from "../transport/members.js";
import type { Transport } from "../transport/transport.js";

/** The endpoints of the provider that we call (OpenID Connect Discovery §3, CIBA Core §4, RFC 8414 §2). */
const ENDPOINTS = [
  "jwks_uri",
  "token_endpoint",
  "introspection_endpoint",
  "revocation_endpoint",
  "backchannel_authentication_endpoint",
] as const;

/** One of the endpoints that discovery tells. */
export type Endpoint = (typeof ENDPOINTS)[number];

/** What discovery told. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly endpoints: Readonly<Record<Endpoint, string>>;
}

/** How long what was discovered is used, in milliseconds. */
const MAX_AGE = 60 * 60 * 1000;

const NAME = "GET /oidc/.well-known/openid-configuration";

/** Discovery, once for all who wait for it, and again after an hour. A failure is not remembered. */
export class Discovery {
  readonly issuer: string;
  #pending: Promise<ProviderMetadata> | undefined;
  #known: { metadata: ProviderMetadata; at: number } | undefined;

  constructor(
    readonly host: string,
    readonly transport: Transport,
    readonly allowHttp: boolean,
  ) {
    this.issuer = `${host}/oidc`;
  }

  /** What the provider says of itself. */
  metadata(): Promise<ProviderMetadata> {
    const { now } = this.transport.runtime;
    if (this.#known !== undefined && now() - this.#known.at < MAX_AGE) {
      return Promise.resolve(this.#known.metadata);
    }
    this.#pending ??= this.#discover().finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  async #discover(): Promise<ProviderMetadata> {
    const url = `${this.issuer}/.well-known/openid-configuration`;
    const answer = await this.transport.repeatedly(() => ({ name: NAME, method: "GET", url }));
    const metadata = this.#read(new Members(NAME, answer));
    this.#known = { metadata, at: this.transport.runtime.now() };
    return metadata;
  }

  #read(members: Members): ProviderMetadata {
    // OpenID Connect Discovery §4.3: another issuer would be another provider, whose tokens we must not take.
    if (members.text("issuer") !== this.issuer) {
      throw new InvalidAnswerError(
        `${NAME}: the issuer is not ${this.issuer}; is idpBaseUrl its public address?`,
      );
    }
    const endpoints = Object.fromEntries(
      ENDPOINTS.map((name) => [name, this.#endpoint(name, members.text(name))]),
    );
    return { issuer: this.issuer, endpoints: endpoints as Record<Endpoint, string> };
  }

  /** Assertions and tokens are sent there, so it is held to the same rule as the provider's own address. */
  #endpoint(name: Endpoint, text: string): string {
    try {
      requireEncrypted(new URL(text), this.allowHttp, name);
    } catch {
      throw new InvalidAnswerError(`${NAME}: ${name} is not an address that begins with https://`);
    }
    return text;
  }
}
