import type { Clock } from "../../src/index.js";

/** A clock that moves only when somebody sleeps, and remembers how long. */
export class FakeClock implements Clock {
  /** Seconds of each sleep. */
  readonly slept: number[] = [];
  #now = 1_000;

  constructor(
    /** Runs at each sleep, before it is over. */
    readonly during?: (sleeps: number) => Promise<void> | void,
  ) {}

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(milliseconds / 1000);
    this.#now += milliseconds;
    await this.during?.(this.slept.length);
    signal?.throwIfAborted();
  }
}

/** Without jitter. */
export const STEADY = (): number => 0;
