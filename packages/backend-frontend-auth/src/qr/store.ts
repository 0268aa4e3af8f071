import { type Advice, CountersignError } from "@countersign/common";

/**
 * Where QR sessions are kept: four operations that every key-value store has. Keys and values are short text.
 *
 * A store that cannot be reached throws {@link StoreUnavailable}; it never hangs and never pretends that a key is absent.
 */
export interface QrSessionStore {
  /** Sets a key that is not there, for so many seconds. Of two that try at once, one gets `true`. */
  add(key: string, value: string, seconds: number): Promise<boolean>;
  /** The value, or `null` when there is none or its time is over. */
  get(key: string): Promise<string | null>;
  /** Replaces the value of a key that is there, and leaves its end as it is; `false` when it is not there. */
  replace(key: string, value: string): Promise<boolean>;
  /** Removes a key; one that is not there is fine. */
  remove(key: string): Promise<void>;
}

/** The store did not answer. Callers are told 503; nobody was signed in, and it works again when the store is back. */
export class StoreUnavailable extends CountersignError {
  override readonly name = "StoreUnavailable";
  readonly code = "ERR_STORE_UNAVAILABLE";
  readonly advice: Advice = { kind: "retry" };

  constructor(cause: unknown) {
    super("the store of QR sessions cannot be reached", { cause });
  }
}
