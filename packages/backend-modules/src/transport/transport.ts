import { IdpError, InvalidAnswerError, UnreachableError, type ErrorResponse } from "@countersign/common";
import { readBounded } from "./body.js";
import { redact } from "./redact.js";
import type { Runtime } from "./runtime.js";

/** One request to the provider. */
export interface Call {
  /** The call, as the API names it, without anything secret: `GET /auth/qr/{auth_req_id}`. */
  readonly name: string;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
  /** What must not come back in an error: assertions, tokens, `auth_req_id`. */
  readonly secrets?: readonly string[];
}

/** How calls are made. */
export interface TransportOptions {
  /** For a whole call with its answer, in milliseconds. */
  readonly timeout: number;
  /** Tries in all, for calls that are safe to repeat. */
  readonly tries: number;
}

/** Published providers answer within three seconds (onesid.md §15); a slow line gets some more. */
export const DEFAULT_TRANSPORT: TransportOptions = { timeout: 10_000, tries: 3 };

/** The first pause before a repetition, in milliseconds; it doubles, and a random part of it is waited. */
const FIRST_PAUSE = 200;

/** The longest `Retry-After` that a call waits for by itself, in seconds. */
const LONGEST_RETRY_AFTER = 5;

/** RFC 6585 §4, and RFC 9110 §15.6.3 to §15.6.5: nobody refused, and the same call may succeed a little later. */
const TRANSIENT = new Set([429, 502, 503, 504]);

/** Of the headers of an answer, those that help and tell nothing. */
const TELLING_HEADERS = ["content-type", "retry-after", "x-request-id"];

/**
 * Calls that cannot hang, cannot be led elsewhere and cannot fill the memory: a time limit over the whole call, no
 * redirects (a redirected POST would hand our assertion to another host), at most 64 KiB of answer.
 */
export class Transport {
  constructor(
    readonly runtime: Runtime,
    readonly options: TransportOptions = DEFAULT_TRANSPORT,
  ) {}

  /**
   * Makes a call once and gives the JSON of a successful answer, `undefined` for one without content.
   *
   * @throws IdpError - the provider refuses
   * @throws UnreachableError - nobody answers, or not in time
   * @throws InvalidAnswerError - the answer is none
   */
  async once(call: Call, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(this.options.timeout);
    const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    try {
      return await this.#exchange(call, either);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof IdpError || error instanceof InvalidAnswerError) {
        throw error;
      }
      // What `fetch` throws may hold a part of the answer: only its code is kept.
      throw new UnreachableError(new URL(call.url), new Error(reason(error)), limit.aborted);
    }
  }

  /**
   * The same, several times if need be, for calls that are safe to repeat. `make` is asked for each try, so that each has
   * an assertion of its own.
   */
  async repeatedly(make: () => Call | Promise<Call>, signal?: AbortSignal): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      const call = await make();
      try {
        return await this.once(call, signal);
      } catch (error) {
        if (tries >= this.options.tries || !isTransient(error)) {
          throw error;
        }
        await this.runtime.sleep(this.#pause(error, tries), signal);
      }
    }
  }

  /** Milliseconds before the next try. Full jitter: clients that lost one provider do not all come back at one moment. */
  #pause(error: unknown, tries: number): number {
    const told = error instanceof IdpError ? (error.retryAfter ?? 0) : 0;
    return told * 1000 + this.runtime.random() * FIRST_PAUSE * 2 ** (tries - 1);
  }

  async #exchange(call: Call, signal: AbortSignal): Promise<unknown> {
    const { method, url, headers, body } = call;
    const response = await this.runtime.fetch(url, {
      method,
      headers: { Accept: "application/json", ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      signal,
    });
    if (response.status >= 300 && response.status < 400) {
      throw new InvalidAnswerError(
        `${call.name}: the answer redirects elsewhere; is the provider's address right?`,
      );
    }
    const text = await readBounded(call.name, response);
    const json = parse(text);
    if (!response.ok) {
      throw new IdpError(refusal(call, response, json));
    }
    // An answer without content is one: RFC 7009 §2.2 has nothing to say. Who needs members misses them.
    if (text !== "" && json === undefined) {
      throw new InvalidAnswerError(`${call.name}: the answer has status ${response.status} and is not JSON`);
    }
    return json;
  }
}

/** Whether the same call may succeed a little later, so that it is worth a wait of some seconds. */
function isTransient(error: unknown): boolean {
  if (error instanceof IdpError) {
    return TRANSIENT.has(error.status) && (error.retryAfter ?? 0) <= LONGEST_RETRY_AFTER;
  }
  return error instanceof UnreachableError;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What is told of a refusal: `{error, error_description}` (RFC 6749 §5.2), or `{error, message}` of mutual sign-in. */
function refusal(call: Call, response: Response, json: unknown): ErrorResponse {
  const { secrets = [] } = call;
  const said = (typeof json === "object" ? (json ?? {}) : {}) as Record<string, unknown>;
  const data: Record<string, unknown> = {};
  for (const member of ["error", "error_description", "message"]) {
    const text = said[member];
    if (typeof text === "string") {
      data[member] = redact(text, secrets);
    }
  }
  const headers: Record<string, string> = {};
  for (const name of TELLING_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null) {
      headers[name] = redact(value, secrets);
    }
  }
  return { status: response.status, data, headers };
}

/** `ECONNREFUSED`, `ENOTFOUND`, `CERT_HAS_EXPIRED`, …: the code that the system gave. */
export function reason(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") {
      return code;
    }
  }
  return error instanceof Error ? error.name : "no reason given";
}
