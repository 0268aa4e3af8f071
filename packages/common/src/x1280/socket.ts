import { type Clock, systemClock } from "../clock.js";
import type { CountersignError } from "../errors.js";
import { address } from "../http.js";
import { type MutualEnd, MutualSessionError } from "./errors.js";
import { type MutualEvent, eventOf } from "./events.js";
import type { MutualSession } from "./initiate.js";

/** The part of a WebSocket that is used. */
export interface WebSocketLike {
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number }) => void): void;
  addEventListener(type: "error", listener: () => void): void;
  close(code?: number): void;
}

/** How the wait for an identity goes. Every member has a default. */
export interface MutualWaitOptions {
  /** Cancels the wait and closes the socket; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Hears of every event, such as an answer of the phone that was wrong and may be put right. */
  onEvent?: ((event: MutualEvent) => void) | undefined;
  /** Hears that the connection broke and is made again after so many seconds. */
  onReconnect?: ((seconds: number) => void) | undefined;
  /** Opens sockets; the platform's when not set. Node 20 has none: hand in that of `ws`. */
  webSocket?: (new (url: string) => WebSocketLike) | undefined;
  /** Time; the machine's when not set. */
  clock?: Clock | undefined;
  /** A number of [0, 1) for jitter; `Math.random` when not set. */
  random?: (() => number) | undefined;
}

/** What was released. A page hands all of it to its backend, which verifies `jwt` and `hash` before it believes them. */
export interface MutualAnswer {
  sessionId: string;
  /** The identity, signed by the provider. */
  jwt: string;
  /** Proof that the provider answered this service (X.1280 profile §3). */
  hash: string;
  random: string;
  /** When the identity ends, RFC 3339 in UTC. */
  expiresAt: string;
}

/**
 * A session lives for 300 seconds at most, and the provider says when it is over. This ends the wait when no provider is
 * there to say it; its clock need not agree with ours, so `expiresAt` is not compared.
 */
const LONGEST_SESSION = 330;

/** Seconds before the first and the last attempts to connect again. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [0.5, 5];

/** Close codes after which there is no use in connecting again; after any other one there is (1001, 1006, 1008, 1011…). */
const FINAL: Readonly<Record<number, MutualEnd>> = {
  1000: "expired",
  1002: "protocol",
  1007: "protocol",
  1009: "protocol",
  4001: "wrong_token",
  4004: "not_found",
  4009: "replaced",
};

/** Events after which there is nothing to wait for. */
const ENDS: Readonly<Record<string, MutualEnd>> = {
  "User rejected": "rejected",
  "Too many attempts": "too_many_attempts",
};

/** What one connection came to. */
type Outcome = { answer: MutualAnswer } | { error: CountersignError } | { broken: true; told: boolean };

/**
 * Waits on the session's socket until the person has answered, and connects again as often as the connection breaks.
 *
 * @param host - The provider, such as `https://id.example.com`.
 * @throws MutualSessionError, InvalidAnswerError
 */
export async function waitForIdentity(
  host: string,
  session: Pick<MutualSession, "sessionId" | "wsToken">,
  options: MutualWaitOptions = {},
): Promise<MutualAnswer> {
  const { clock = systemClock, random = Math.random, signal } = options;
  const end = clock.now() + LONGEST_SESSION * 1000;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    const outcome = await connection(host, session, options);
    if ("answer" in outcome) {
      return outcome.answer;
    }
    if ("error" in outcome) {
      throw outcome.error;
    }
    if (outcome.told) {
      pause = FIRST_PAUSE;
    }
    const seconds = pause * (1 + random());
    if (clock.now() + seconds * 1000 > end) {
      throw new MutualSessionError("expired");
    }
    options.onReconnect?.(seconds);
    await clock.sleep(seconds * 1000, signal);
  }
}

/** One connection, from its beginning to its end. */
function connection(
  host: string,
  session: Pick<MutualSession, "sessionId" | "wsToken">,
  { signal, onEvent, webSocket }: MutualWaitOptions,
): Promise<Outcome> {
  signal?.throwIfAborted();
  const socket = new (webSocket ?? platformSocket())(addressOf(host, session));
  return new Promise((resolve, reject) => {
    let told = false;
    const cancel = (): void => {
      socket.close(1000);
      reject(signal?.reason as Error);
    };
    const settle = (outcome: Outcome): void => {
      signal?.removeEventListener("abort", cancel);
      resolve(outcome);
      socket.close(1000);
    };
    signal?.addEventListener("abort", cancel, { once: true });
    socket.addEventListener("message", ({ data }) => {
      try {
        const event = eventOf(data);
        if (event !== undefined) {
          told = true;
          onEvent?.(event);
          const outcome = outcomeOf(event, session.sessionId);
          if (outcome !== undefined) {
            settle(outcome);
          }
        }
      } catch (error) {
        settle({ error: error as CountersignError });
      }
    });
    // A close follows, with all that there is to know.
    socket.addEventListener("error", () => undefined);
    socket.addEventListener("close", ({ code }) => {
      const reason = FINAL[code];
      settle(reason === undefined ? { broken: true, told } : { error: new MutualSessionError(reason) });
    });
  });
}

/** What an event comes to, if it ends the session. */
function outcomeOf(event: MutualEvent, sessionId: string): Outcome | undefined {
  switch (event.type) {
    case "approved": {
      const { jwt, hash, random, expiresAt } = event;
      return { answer: { sessionId, jwt, hash, random, expiresAt } };
    }
    case "expired":
      return { error: new MutualSessionError("expired") };
    case "rejected": {
      const reason = ENDS[event.reason];
      return reason === undefined ? undefined : { error: new MutualSessionError(reason) };
    }
    case "otp_ready":
      return undefined;
  }
}

/** The socket of a session (X.1280 profile §2). */
function addressOf(
  host: string,
  { sessionId, wsToken }: Pick<MutualSession, "sessionId" | "wsToken">,
): string {
  const url = address(host, `/ws/session/${encodeURIComponent(sessionId)}`);
  url.protocol = url.protocol.replace("http", "ws");
  url.searchParams.set("token", wsToken);
  return url.href;
}

function platformSocket(): new (url: string) => WebSocketLike {
  const { WebSocket } = globalThis as { WebSocket?: new (url: string) => WebSocketLike };
  if (WebSocket === undefined) {
    throw new TypeError("there is no WebSocket here: hand one in as `webSocket`");
  }
  return WebSocket;
}
