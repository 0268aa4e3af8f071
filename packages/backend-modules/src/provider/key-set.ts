import { InvalidAnswerError } from "@countersign/common";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { Transport } from "../transport/transport.js";

/** How long a key set is used without a look whether it changed, in milliseconds. */
const MAX_AGE = 10 * 60 * 1000;

/** How long an old key set is still used while the provider cannot be reached. */
const STALE = 24 * 60 * 60 * 1000;

/** The shortest time between two fetches: tokens with invented `kid`s must not make us flood the provider. */
const COOLDOWN = 5_000;

type LocalKeys = ReturnType<typeof createLocalJWKSet>;

/**
 * The keys that a provider publishes (RFC 7517 §5). An unknown `kid` makes one new fetch, for a key may have been rotated
 * in, but no more than one in five seconds.
 */
export class KeySet {
  #keys: LocalKeys | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #pending: Promise<LocalKeys> | undefined;

  /** `url` is asked for at each fetch. */
  constructor(
    readonly name: string,
    readonly url: () => Promise<string>,
    readonly transport: Transport,
  ) {}

  /** The key for a token, as `jose` asks for it. */
  readonly key: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.#current();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayFetch) {
        throw error;
      }
      const renewed = await this.#fetch();
      return renewed(header, token);
    }
  };

  /** Whether a fetch is under way that can be waited for, or the last one is long enough ago. */
  get #mayFetch(): boolean {
    return this.#pending !== undefined || this.#age(this.#triedAt) >= COOLDOWN;
  }

  async #current(): Promise<LocalKeys> {
    if (this.#keys !== undefined && this.#age(this.#fetchedAt) < MAX_AGE) {
      return this.#keys;
    }
    if (this.#keys === undefined || this.#age(this.#fetchedAt) > STALE) {
      return this.#fetch();
    }
    const old = this.#keys;
    // Sign-in goes on with the known keys while the provider restarts; each fetch that fails is followed by a pause.
    return this.#mayFetch ? this.#fetch().catch(() => old) : old;
  }

  #fetch(): Promise<LocalKeys> {
    this.#pending ??= this.#load().finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  async #load(): Promise<LocalKeys> {
    this.#triedAt = this.transport.runtime.now();
    const url = await this.url();
    const answer = await this.transport.repeatedly(() => ({ name: this.name, method: "GET", url }));
    try {
      this.#keys = createLocalJWKSet(answer as JSONWebKeySet);
    } catch {
      throw new InvalidAnswerError(`${this.name}: the answer is not a JSON Web Key Set`);
    }
    this.#fetchedAt = this.transport.runtime.now();
    return this.#keys;
  }

  #age(at: number): number {
    return this.transport.runtime.now() - at;
  }
}
