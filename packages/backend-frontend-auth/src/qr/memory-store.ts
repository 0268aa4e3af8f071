import type { QrSessionStore } from "./store.js";

interface Entry {
  value: string;
  readonly endsAt: number;
}

/** The most keys at a time: anybody may ask for a code. */
const CAPACITY = 10_000;

/**
 * A store in the memory of this process: for trying out, and for a service that is one process and may forget its open
 * codes when it restarts.
 */
export class MemoryQrSessionStore implements QrSessionStore {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  /** @param now - the time in milliseconds; a test hands in its own. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add(key: string, value: string, seconds: number): Promise<boolean> {
    if (this.#living(key)) {
      return Promise.resolve(false);
    }
    this.#makeRoom();
    this.#entries.set(key, { value, endsAt: this.#now() + seconds * 1000 });
    return Promise.resolve(true);
  }

  get(key: string): Promise<string | null> {
    return Promise.resolve(this.#living(key)?.value ?? null);
  }

  replace(key: string, value: string): Promise<boolean> {
    const entry = this.#living(key);
    if (entry) {
      entry.value = value;
    }
    return Promise.resolve(entry !== undefined);
  }

  remove(key: string): Promise<void> {
    this.#entries.delete(key);
    return Promise.resolve();
  }

  #living(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#now() < entry.endsAt ? entry : undefined;
  }

  /** Forgets what is over, and the oldest when that is not enough: a flood must not fill the memory. */
  #makeRoom(): void {
    if (this.#entries.size < CAPACITY) {
      return;
    }
    const now = this.#now();
    for (const [key, { endsAt }] of this.#entries) {
      if (endsAt <= now) {
        this.#entries.delete(key);
      }
    }
    for (const key of this.#entries.keys()) {
      if (this.#entries.size < CAPACITY) {
        break;
      }
      this.#entries.delete(key);
    }
  }
}
