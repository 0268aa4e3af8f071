import { type Advice, adviceOf } from "./advice.js";

/** Every error of these packages: what happened, and what is best done about it. None holds a secret. */
export abstract class CountersignError extends Error {
  /** For programs. */
  abstract readonly code: string;
  /** What is best done about it. */
  abstract readonly advice: Advice;
}

/** An answer with an error status, in the shape that axios gives to it. */
export interface ErrorResponse {
  /** HTTP status. */
  status: number;
  /** The body: `{error, error_description}` of the provider, or what a backend says. */
  data: Record<string, unknown>;
  /** Headers that help to understand the error; names in lower case. */
  headers: Record<string, string>;
}

/** The provider, or a backend on its behalf, refused. `error` is the registered code where there is one. */
export class IdpError extends CountersignError {
  override readonly name = "IdpError";
  /** As axios names it. */
  readonly code: "ERR_BAD_REQUEST" | "ERR_BAD_RESPONSE";
  readonly advice: Advice;
  /** HTTP status. */
  readonly status: number;
  /** Such as `access_denied` (RFC 6749 §5.2, CIBA Core §11 and §13). */
  readonly error: string | undefined;
  /** What to change, for people. */
  readonly error_description: string | undefined;
  /** Seconds to wait, if the answer says so (RFC 9110 §10.2.3). */
  readonly retryAfter: number | undefined;
  /** The answer, as code that was written for axios reads it. */
  readonly response: ErrorResponse;
  /** `axios.isAxiosError` says yes to it. */
  readonly isAxiosError = true;

  constructor(response: ErrorResponse) {
    const { status, data } = response;
    const error = text(data["error"]);
    const description = text(data["error_description"]) ?? text(data["message"]);
    super(sentence(status, error, description));
    this.status = status;
    this.error = error;
    this.error_description = description;
    this.response = response;
    this.code = status >= 500 ? "ERR_BAD_RESPONSE" : "ERR_BAD_REQUEST";
    this.retryAfter = seconds(response.headers["retry-after"]);
    this.advice = adviceOf(status, error, this.retryAfter);
  }
}

/** Nobody answered, or not in time. */
export class UnreachableError extends CountersignError {
  override readonly name = "UnreachableError";
  /** As axios names it. */
  readonly code: "ERR_NETWORK" | "ETIMEDOUT";
  readonly advice: Advice = { kind: "retry" };

  constructor(url: URL, cause: unknown, timedOut: boolean) {
    // Neither path nor query: a query may hold a secret.
    super(timedOut ? `${url.origin} did not answer in time` : `${url.origin} cannot be reached`, { cause });
    this.code = timedOut ? "ETIMEDOUT" : "ERR_NETWORK";
  }
}

/** Somebody answered, but not what was asked: mostly a wrong address, or a proxy on the way. */
export class InvalidAnswerError extends CountersignError {
  override readonly name = "InvalidAnswerError";
  readonly code = "ERR_INVALID_ANSWER";
  readonly advice: Advice = { kind: "misuse" };
}

/** The time for it ran out before the person decided. */
export class ExpiredError extends CountersignError {
  override readonly name = "ExpiredError";
  readonly code = "ERR_EXPIRED";
  readonly advice: Advice = { kind: "give_up" };

  constructor(what: string) {
    super(`${what} has ended without an answer`);
  }
}

function sentence(status: number, error: string | undefined, description: string | undefined): string {
  const said = [error, description].filter((part) => part !== undefined).join(": ");
  return said === "" ? `the answer has status ${status}` : said;
}

/** Text as it is, the sentences of a validation joined, and nothing else. */
function text(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    return value.map(String).join("; ");
  }
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** `Retry-After` in seconds. A date is not read: the two clocks need not agree. */
function seconds(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Number(header) : undefined;
}
