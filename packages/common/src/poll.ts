import { DEFAULT_INTERVAL, SLOW_DOWN } from "./advice.js";
import { type Clock, systemClock } from "./clock.js";
import { CountersignError, ExpiredError, IdpError } from "./errors.js";

/** How a wait goes. Every member has a default. */
export interface PollOptions {
  /** Ends the wait; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Seconds between two looks at least; 5 when not set (CIBA Core §7.3). */
  interval?: number | undefined;
  /** Seconds before the first look; the interval when not set. */
  first?: number | undefined;
  /** Seconds until it is no use to look again; 600 when not set. */
  expiresIn?: number | undefined;
  /** Hears how many seconds pass before the next look, and of the error that made them more. */
  onWait?: ((seconds: number, error?: CountersignError) => void) | undefined;
  /** Time; the machine's when not set. */
  clock?: Clock | undefined;
  /** A number of [0, 1) for jitter; `Math.random` when not set. */
  random?: (() => number) | undefined;
}

/** What a look finds: the value, or that it is too early, perhaps with other seconds until the next look. */
export type Look<T> = { done: true; value: T } | { done: false; seconds?: number | undefined };

/** The longest pause after errors, in seconds. */
const LONGEST_PAUSE = 60;

/** What jitter adds at most: many browsers that began at one moment do not come back at one moment. */
const JITTER = 0.1;

/**
 * Looks until it finds something, politely: never before the interval is over, five seconds slower for good after
 * `slow_down` (CIBA Core §11), as late as `Retry-After` says, and with growing pauses while nobody answers. When the time
 * is over, it looks once more and then rejects with {@link ExpiredError}. An error that no wait can help is thrown at
 * once.
 */
export async function pollPolitely<T>(
  what: string,
  look: () => Promise<Look<T>>,
  options: PollOptions = {},
): Promise<T> {
  const { clock = systemClock, random = Math.random, signal } = options;
  const pace = new Pace(options.interval ?? DEFAULT_INTERVAL);
  const end = clock.now() + (options.expiresIn ?? 600) * 1000;
  let seconds = options.first ?? pace.interval;
  let error: CountersignError | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const rest = (end - clock.now()) / 1000;
    if (rest <= 0) {
      throw new ExpiredError(what);
    }
    seconds = Math.min(seconds * (1 + JITTER * random()), rest);
    options.onWait?.(seconds, error);
    await clock.sleep(seconds * 1000, signal);
    try {
      const found = await look();
      if (found.done) {
        return found.value;
      }
      error = undefined;
      seconds = pace.calm(found.seconds);
    } catch (thrown) {
      signal?.throwIfAborted();
      seconds = pace.after(thrown);
      error = thrown as CountersignError;
    }
  }
}

/** How long the next pause is. */
class Pace {
  /** Seconds that `slow_down` added. */
  #slower = 0;
  /** Errors in a row. */
  #errors = 0;

  constructor(readonly interval: number) {}

  /** After an answer. */
  calm(seconds = this.interval): number {
    this.#errors = 0;
    return seconds + this.#slower;
  }

  /** After an error, which is thrown on when no wait can help. */
  after(error: unknown): number {
    if (!(error instanceof CountersignError)) {
      throw error;
    }
    const code = error instanceof IdpError ? error.error : undefined;
    if (code === "slow_down") {
      this.#slower += SLOW_DOWN;
    }
    if (code === "slow_down" || code === "authorization_pending") {
      return this.calm();
    }
    switch (error.advice.kind) {
      case "wait":
        return Math.max(error.advice.seconds, this.calm());
      case "retry":
        this.#errors += 1;
        return Math.max(this.interval + this.#slower, Math.min(2 ** this.#errors, LONGEST_PAUSE));
      default:
        throw error;
    }
  }
}
