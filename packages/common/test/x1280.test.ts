import { afterEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { CountersignError, IdpError, InvalidAnswerError } from "../src/index.js";
import {
  type MutualEvent,
  MutualSessionError,
  type MutualWaitOptions,
  IDENTITY_SCOPE,
  initiate,
  maskedCode,
  mutualSignIn,
  waitForIdentity,
} from "../src/x1280.js";
import { FakeBackend } from "./support/backend.js";
import { FakeClock, STEADY } from "./support/clock.js";
import { failure } from "./support/failure.js";
import { FakeSockets, type Script } from "./support/sockets.js";
import { vectors } from "./support/vectors.js";

const SESSION = { sessionId: "sess_1", wsToken: "to/ken" };
const READY = { type: "otp_ready", autoPassword: "4829**", expiresAt: "2026-11-21T10:00:00Z" };
const APPROVED = {
  type: "approved",
  jwt: "a.b.c",
  hash: "h",
  random: "r",
  expiresAt: "2026-11-21T11:00:00Z",
};

const says =
  (...frames: (object | string)[]): Script =>
  (socket) => {
    for (const frame of frames) {
      socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
    }
  };

const closes =
  (code: number, ...frames: object[]): Script =>
  (socket) => {
    says(...frames)(socket);
    socket.close(code);
  };

const breaks: Script = (socket) => {
  socket.terminate();
};

let sockets: FakeSockets | undefined;
afterEach(async () => {
  await sockets?.stop();
  sockets = undefined;
});

/** Waits at a provider that plays these scripts. */
async function wait(scripts: Script[], options: MutualWaitOptions = {}) {
  sockets = await FakeSockets.start(...scripts);
  return waitForIdentity(sockets.host, SESSION, {
    webSocket: WebSocket,
    clock: new FakeClock(),
    random: STEADY,
    ...options,
  });
}

describe("every session of vectors/x1280/session.json", () => {
  const { sessions } = vectors("x1280/session.json") as {
    sessions: { autoPassword: string; masked: string }[];
  };
  test.each(sessions)("the code $autoPassword is masked as $masked", ({ autoPassword, masked }) => {
    expect(maskedCode(autoPassword)).toBe(masked);
  });
});

test("a session is begun with what the profile names", async () => {
  const answer = { sessionId: "sess_1", autoPassword: "482913", wsToken: "t", random: "r", expiresAt: "e" };
  const provider = await FakeBackend.start({ body: answer });
  const request = { tokenId: "tok_1", serviceId: "svc_1", scopes: [IDENTITY_SCOPE.NAME] };
  expect(await initiate(provider.host, request)).toEqual(answer);
  expect(provider.got[0]).toMatchObject({ method: "POST", path: "/auth/initiate", body: request });
  await provider.stop();
});

test("a refusal of the provider tells its code and its sentence", async () => {
  const provider = await FakeBackend.start({
    status: 422,
    body: { error: "invalid_scope", message: "not allowed" },
  });
  const error = await failure(IdpError, initiate(provider.host, { tokenId: "t", serviceId: "s" }));
  expect(error.message).toBe("invalid_scope: not allowed");
  expect(error.advice).toEqual({ kind: "misuse" });
  await provider.stop();
});

test("the identity is given with the session that it belongs to", async () => {
  const { type: _, ...members } = APPROVED;
  expect(await wait([says(READY, APPROVED)])).toEqual({ sessionId: "sess_1", ...members });
  expect(sockets?.opened).toEqual(["/ws/session/sess_1?token=to%2Fken"]);
});

test("every event is told, and what is not known yet is passed over", async () => {
  const events: MutualEvent[] = [];
  const wrong = { type: "rejected", reason: "Invalid OTP" };
  const script = says(READY, { type: "weather", sky: "blue" }, wrong, APPROVED);
  await wait([script], { onEvent: (event) => events.push(event) });
  expect(events).toEqual([READY, wrong, APPROVED]);
});

describe("an end without an identity", () => {
  test.each([
    ["the person said no", says({ type: "rejected", reason: "User rejected" }), "rejected", "give_up"],
    [
      "three wrong answers",
      says({ type: "rejected", reason: "Too many attempts" }),
      "too_many_attempts",
      "give_up",
    ],
    ["nobody answered", says({ type: "expired" }), "expired", "give_up"],
    ["a session that was resolved before", closes(1000), "expired", "give_up"],
    ["an unknown session", closes(4004), "not_found", "give_up"],
    ["another tab that took over", closes(4009, READY), "replaced", "give_up"],
    ["a wrong token", closes(4001), "wrong_token", "misuse"],
    ["a breach of the protocol", closes(1009), "protocol", "misuse"],
  ] as const)("%s", async (_, script, reason, advice) => {
    const error = await failure(MutualSessionError, wait([script]));
    expect(error.reason).toBe(reason);
    expect(error.advice).toEqual({ kind: advice });
    expect(sockets?.opened).toHaveLength(1);
  });

  test.each([
    ["what is not JSON", "hello"],
    ["an identity without its hash", { ...APPROVED, hash: undefined }],
  ])("%s is not believed", async (_, frame) => {
    await failure(InvalidAnswerError, wait([says(frame)]));
  });
});

describe("a connection that breaks", () => {
  test.each([
    ["without a word", breaks],
    ["because the server stops", closes(1001, READY)],
    ["because something is broken there", closes(1011)],
    ["because this machine slept and missed a ping", closes(1008, READY)],
  ])("%s is made again", async (_, script) => {
    expect(await wait([script, script, says(READY, APPROVED)])).toMatchObject({ jwt: "a.b.c" });
    expect(sockets?.opened).toHaveLength(3);
  });

  test("is made again ever later, and soon after one that worked", async () => {
    const clock = new FakeClock();
    const scripts = [breaks, breaks, breaks, breaks, breaks, closes(1001, READY), breaks, says(APPROVED)];
    const told: number[] = [];
    await wait(scripts, { clock, onReconnect: (seconds) => told.push(seconds) });
    expect(clock.slept).toEqual([0.5, 1, 2, 4, 5, 0.5, 1]);
    expect(told).toEqual(clock.slept);
  });

  test("is given up when no session can last that long", async () => {
    const clock = new FakeClock();
    expect((await failure(MutualSessionError, wait([breaks], { clock }))).reason).toBe("expired");
    const waited = clock.slept.reduce((sum, seconds) => sum + seconds, 0);
    expect(waited).toBeGreaterThan(320);
    expect(waited).toBeLessThanOrEqual(330);
  });

  test("does not tell the same code of errors apart by time: the clock of this machine is not asked", async () => {
    const late = { ...READY, expiresAt: "1999-01-01T00:00:00Z" };
    expect(await wait([closes(1001, late), says(APPROVED)])).toMatchObject({ jwt: "a.b.c" });
  });
});

describe("a wait that is cancelled", () => {
  test("closes the socket and rejects with the reason", async () => {
    const cancel = new AbortController();
    const waiting = wait([says(READY)], {
      signal: cancel.signal,
      onEvent: () => {
        cancel.abort(new RangeError("left the page"));
      },
    });
    await failure(RangeError, waiting);
    await expect.poll(() => sockets?.closed).toEqual([1000]);
  });

  test("stops between two connections", async () => {
    const cancel = new AbortController();
    const clock = new FakeClock(() => {
      cancel.abort(new RangeError("left the page"));
    });
    await failure(RangeError, wait([breaks], { signal: cancel.signal, clock }));
    expect(sockets?.opened).toHaveLength(1);
  });

  test("opens nothing when it was cancelled before", async () => {
    const signal = AbortSignal.abort(new RangeError("left the page"));
    await failure(RangeError, wait([says(APPROVED)], { signal }));
    expect(sockets?.opened).toEqual([]);
  });
});

test("what a listener throws ends the wait, and is not swallowed", async () => {
  const onEvent = (): never => {
    throw new RangeError("a mistake in the page");
  };
  await failure(RangeError, wait([says(READY)], { onEvent }));
});

test("a platform without sockets is told to hand one in", async () => {
  vi.stubGlobal("WebSocket", undefined);
  const error = await failure(TypeError, waitForIdentity("http://127.0.0.1:1", SESSION));
  vi.unstubAllGlobals();
  expect(error.message).toContain("hand one in as `webSocket`");
});

test("a refused sign-in opens no socket", async () => {
  const provider = await FakeBackend.start({ status: 404, body: { error: "not_found", message: "nobody" } });
  const opened: string[] = [];
  class Counted extends WebSocket {
    constructor(url: string) {
      super(url);
      opened.push(url);
    }
  }
  const request = { tokenId: "t", serviceId: "s" };
  await failure(CountersignError, mutualSignIn(provider.host, request, { webSocket: Counted }));
  expect(opened).toEqual([]);
  await provider.stop();
});
