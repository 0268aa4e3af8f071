import { InvalidAnswerError, IdpError, UnreachableError } from "./errors.js";

/** How a call is made. Every member has a default. */
export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Seconds to wait for an answer; 10 when not set. */
  timeout?: number | undefined;
  /** Further headers, such as one against forged requests. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Whether cookies go along; `same-origin` when not set. */
  credentials?: RequestCredentials | undefined;
  /** Makes the request; the platform's `fetch` when not set. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** Answers are small; what is longer is not an answer of ours. */
const MAX_CHARACTERS = 65_536;

/** Headers that help to understand an error. Cookies are not among them. */
const TELLING = ["content-type", "retry-after", "www-authenticate", "x-request-id"];

/**
 * Posts JSON to a path at `host` and reads a JSON answer with `read`, which gives `undefined` when a member is missing.
 */
export async function postJson<T>(
  host: string,
  path: string,
  body: object | undefined,
  options: CallOptions,
  read: (answer: unknown) => T | undefined,
): Promise<T> {
  const url = address(host, path);
  const answer = await exchange(url, body, options);
  const value = read(answer);
  if (value === undefined) {
    throw new InvalidAnswerError(`${url.origin}${url.pathname} did not answer what was asked`);
  }
  return value;
}

/** The address of a path at `host`, which may be empty in a browser: then it is the page's own. */
export function address(host: string, path: string): URL {
  const base = (globalThis as { location?: { href: string } }).location?.href;
  return new URL(`${host.replace(/\/+$/, "")}${path}`, base);
}

async function exchange(url: URL, body: object | undefined, options: CallOptions): Promise<unknown> {
  options.signal?.throwIfAborted();
  const ended = new AbortController();
  let timedOut = false;
  const timer = setTimeout(
    () => {
      timedOut = true;
      ended.abort();
    },
    (options.timeout ?? 10) * 1000,
  );
  const abort = (): void => {
    ended.abort();
  };
  options.signal?.addEventListener("abort", abort, { once: true });
  try {
    return await ask(url, body, options, ended.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error instanceof IdpError || error instanceof InvalidAnswerError
      ? error
      : new UnreachableError(url, error, timedOut);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
  }
}

async function ask(
  url: URL,
  body: object | undefined,
  options: CallOptions,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await (options.fetch ?? globalThis.fetch)(url, {
    method: "POST",
    headers: {
      accept: "application/json",
      ...(body && { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(body && { body: JSON.stringify(body) }),
    credentials: options.credentials ?? "same-origin",
    cache: "no-store",
    // What we send is not for whoever a redirect names.
    redirect: "manual",
    signal,
  });
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
    throw new InvalidAnswerError(`${url.origin}${url.pathname} redirects elsewhere`);
  }
  const answer = parse(await bounded(response));
  if (!response.ok) {
    throw new IdpError({
      status: response.status,
      data: isObject(answer) ? answer : {},
      headers: telling(response.headers),
    });
  }
  if (answer === undefined) {
    throw new InvalidAnswerError(`${url.origin}${url.pathname} did not answer in JSON`);
  }
  return answer;
}

/** The text of an answer that is not too long. */
async function bounded(response: Response): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) {
      return text;
    }
    text += value;
    if (text.length > MAX_CHARACTERS) {
      await reader?.cancel();
      throw new InvalidAnswerError("the answer is too long");
    }
  }
}

/** The value, or nothing when it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function telling(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    TELLING.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** Whether a value has members. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value, if these members are texts that are not empty. */
export function withTexts<T>(value: unknown, ...names: (keyof T & string)[]): T | undefined {
  return isObject(value) && names.every((name) => typeof value[name] === "string" && value[name] !== "")
    ? (value as T)
    : undefined;
}
