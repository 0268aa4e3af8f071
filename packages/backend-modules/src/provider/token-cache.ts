import type { Runtime } from "../transport/runtime.js";

/** A client's own access token (RFC 6749 §4.4.3). */
export interface AccessToken {
  readonly access_token: string;
  /** Seconds from when it was issued. */
  readonly expires_in: number;
  readonly token_type: string;
}

/** Published clients renew so many seconds before the end (onesid.md §5.1). */
const RENEW_BEFORE = 100;

/** Keeps a client's own token until shortly before its end. All who need a new one at the same time wait for the same. */
export class TokenCache {
  #pending: Promise<string> | undefined;
  #held: { token: string; until: number } | undefined;

  constructor(
    readonly runtime: Runtime,
    readonly fetchToken: () => Promise<AccessToken>,
  ) {}

  /** A token that will live for a while. */
  token(): Promise<string> {
    if (this.#held !== undefined && this.runtime.now() < this.#held.until) {
      return Promise.resolve(this.#held.token);
    }
    this.#pending ??= this.#renew().finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  /** Keeps a token that was fetched outside. */
  keep({ access_token, expires_in }: AccessToken): string {
    // One that lives shortly is renewed at half of its life, not all the time.
    const useful = Math.max(expires_in - RENEW_BEFORE, expires_in / 2);
    this.#held = { token: access_token, until: this.runtime.now() + useful * 1000 };
    return access_token;
  }

  /** Forgets a token that was refused, unless it has been renewed meanwhile. */
  refused(token: string): void {
    if (this.#held?.token === token) {
      this.#held = undefined;
    }
  }

  async #renew(): Promise<string> {
    return this.keep(await this.fetchToken());
  }
}
