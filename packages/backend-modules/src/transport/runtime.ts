import { setTimeout as wait } from "node:timers/promises";

/** What a program takes from its surroundings. Tests hand in their own. */
export interface Runtime {
  /** The time, in milliseconds since 1970. */
  readonly now: () => number;
  /** Waits; an abort ends it with the signal's reason. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
  /** A new UUID, for `jti`. */
  readonly uuid: () => string;
  /** HTTP. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** The surroundings of this process. */
export const SYSTEM: Runtime = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    signal?.throwIfAborted();
    try {
      await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
  random: () => Math.random(),
  uuid: () => crypto.randomUUID(),
  fetch: (url, init) => fetch(url, init),
};

/** The time in the unit of JWT, seconds since 1970 (RFC 7519 §2). */
export function unixTime(runtime: Runtime): number {
  return Math.floor(runtime.now() / 1000);
}
