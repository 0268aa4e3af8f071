import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ExpiredError,
  IdpError,
  type QrAuthSessionIdp,
  pollPolitely,
  signInClient,
  systemClock,
  waitForCibaClient,
  waitForQrSessionClient,
} from "../src/index.js";
import { type Answer, FakeBackend } from "./support/backend.js";
import { FakeClock, STEADY } from "./support/clock.js";
import { failure } from "./support/failure.js";

const TOKENS = { access_token: "opaque", token_type: "Bearer", expires_in: 3600, scope: "" };
const REQUEST = { auth_req_id: "urn:x:1", expires_in: 600, interval: 3 };

const refused = (error: string, status = 400, headers: Record<string, string> = {}): Answer => ({
  status,
  body: { error, error_description: "so it is" },
  headers,
});
const PENDING = refused("authorization_pending");

let backend: FakeBackend;
beforeEach(async () => {
  backend = await FakeBackend.start();
});
afterEach(() => backend.stop());

/** Waits for tokens, and tells how long each pause was. */
async function pauses(...answers: Answer[]): Promise<number[]> {
  const clock = new FakeClock();
  backend.answers(...answers, { body: TOKENS });
  await waitForCibaClient(backend.host, REQUEST, { clock, random: STEADY });
  return clock.slept;
}

describe("a wait for the person", () => {
  test("keeps to the interval of the request, from the first look on", async () => {
    expect(await pauses(PENDING, PENDING)).toEqual([3, 3, 3]);
  });

  test("takes five seconds when no interval was named", async () => {
    const clock = new FakeClock();
    backend.answers({ body: TOKENS });
    await waitForCibaClient(backend.host, { auth_req_id: "a" }, { clock, random: STEADY });
    expect(clock.slept).toEqual([5]);
  });

  test("gets slower by five seconds for good each time it is told to", async () => {
    const slow = refused("slow_down");
    expect(await pauses(slow, PENDING, slow, PENDING)).toEqual([3, 8, 8, 13, 13]);
  });

  test("waits as long as Retry-After says, once", async () => {
    const busy = refused("too_many_requests", 429, { "retry-after": "30" });
    expect(await pauses(busy, PENDING)).toEqual([3, 30, 3]);
    const gone = refused("temporarily_unavailable", 503, { "retry-after": "1" });
    expect(await pauses(gone)).toEqual([3, 3]);
  });

  test("comes back ever later while something is broken, and as before once it works", async () => {
    const broken = refused("server_error", 500);
    expect(await pauses(broken, broken, broken, broken, PENDING)).toEqual([3, 3, 4, 8, 16, 3]);
  });

  test("survives a backend that is away for a while", async () => {
    const { host } = backend;
    await backend.stop();
    const clock = new FakeClock(async (sleeps) => {
      if (sleeps === 3) {
        backend = await FakeBackend.at(Number(new URL(host).port), { body: TOKENS });
      }
    });
    const seen: (string | undefined)[] = [];
    const tokens = await waitForCibaClient(host, REQUEST, {
      clock,
      random: STEADY,
      onWait: (_, error) => seen.push(error?.name),
    });
    expect(tokens).toEqual(TOKENS);
    expect(seen).toEqual([undefined, "UnreachableError", "UnreachableError"]);
    expect(clock.slept).toEqual([3, 3, 4]);
  });

  test("ends when the person said no", async () => {
    const clock = new FakeClock();
    backend.answers(PENDING, refused("access_denied"));
    const wait = waitForCibaClient(backend.host, REQUEST, { clock, random: STEADY });
    expect((await failure(IdpError, wait)).error).toBe("access_denied");
    expect(backend.got).toHaveLength(2);
  });

  test("looks a last time when the request is over, and no more", async () => {
    const clock = new FakeClock();
    backend.answers(PENDING);
    const short = { ...REQUEST, expires_in: 7 };
    const error = await failure(
      ExpiredError,
      waitForCibaClient(backend.host, short, { clock, random: STEADY }),
    );
    expect(error.advice).toEqual({ kind: "give_up" });
    expect(clock.slept).toEqual([3, 3, 1]);
    expect(backend.got).toHaveLength(3);
  });

  test("adds at most a tenth, so that a thousand browsers do not come at one moment", async () => {
    const clock = new FakeClock();
    backend.answers({ body: TOKENS });
    await waitForCibaClient(backend.host, REQUEST, { clock, random: () => 0.999 });
    expect(clock.slept[0]).toBeGreaterThan(3.29);
    expect(clock.slept[0]).toBeLessThan(3.3);
  });

  test("is cancelled while it sleeps", async () => {
    const cancel = new AbortController();
    const clock = new FakeClock((sleeps) => {
      if (sleeps === 3) {
        cancel.abort(new RangeError("left the page"));
      }
    });
    backend.answers(PENDING);
    await failure(
      RangeError,
      waitForCibaClient(backend.host, REQUEST, { clock, random: STEADY, signal: cancel.signal }),
    );
    expect(backend.got).toHaveLength(2);
  });

  test("is cancelled while it asks", async () => {
    const cancel = new AbortController();
    backend.answers({ hang: true });
    const wait = waitForCibaClient(backend.host, REQUEST, {
      clock: new FakeClock(),
      signal: cancel.signal,
    });
    const rejected = failure(RangeError, wait);
    await new Promise((resolve) => backend.server.once("request", resolve));
    cancel.abort(new RangeError("left the page"));
    await rejected;
  });

  test("does not begin when it was cancelled before", async () => {
    const signal = AbortSignal.abort(new RangeError("left the page"));
    await failure(RangeError, waitForCibaClient(backend.host, REQUEST, { clock: new FakeClock(), signal }));
    expect(backend.got).toEqual([]);
  });

  test("passes on what is no error of ours", async () => {
    const look = (): never => {
      throw new RangeError("a mistake in the program");
    };
    await failure(RangeError, pollPolitely("it", look, { clock: new FakeClock() }));
  });
});

test("a sign-in tells of its request and gives the tokens", async () => {
  const request = { ...REQUEST, verification: { mode: "compare", code: "482913" } };
  backend.answers({ status: 201, body: request }, PENDING, { status: 201, body: TOKENS });
  const told: unknown[] = [];
  const tokens = await signInClient(backend.host, "user.name@OnesID1", {
    clock: new FakeClock(),
    onRequest: (made) => told.push(made),
  });
  expect(tokens).toEqual(TOKENS);
  expect(told).toEqual([request]);
});

describe("a wait for a scan", () => {
  const session: QrAuthSessionIdp = { sessionId: "0b0c", cbUrl: "https://a/b", expIn: 300, interval: 3 };

  test("keeps to the interval and ends with the request", async () => {
    const clock = new FakeClock();
    const scanned = { ...session, cibaRequestInvoked: true, authRequestId: "urn:x:1" };
    backend.answers({ body: session }, { body: { ...session, authRequestId: null } }, { body: scanned });
    const seen: QrAuthSessionIdp[] = [];
    const found = await waitForQrSessionClient(backend.host, session, {
      clock,
      random: STEADY,
      onSession: (now) => seen.push(now),
    });
    expect(found.authRequestId).toBe("urn:x:1");
    expect(seen).toHaveLength(3);
    expect(clock.slept).toEqual([3, 3, 3]);
  });

  test("follows an animated code until it is scanned, and takes its time from then on", async () => {
    const clock = new FakeClock();
    const animated = { ...session, qrContent: "{}", refreshIn: 1 };
    backend.answers(
      { body: animated },
      { body: session },
      { body: { ...session, authRequestId: "urn:x:1" } },
    );
    await waitForQrSessionClient(backend.host, animated, { clock, random: STEADY });
    expect(clock.slept).toEqual([1, 1, 3]);
  });

  test("never asks more often than once a second", async () => {
    const clock = new FakeClock();
    backend.answers({ body: { ...session, authRequestId: "urn:x:1" } });
    await waitForQrSessionClient(
      backend.host,
      { ...session, qrContent: "{}", refreshIn: 0 },
      {
        clock,
        random: STEADY,
      },
    );
    expect(clock.slept).toEqual([1]);
  });

  test("ends with a session that is gone", async () => {
    backend.answers({ status: 404, body: { message: "Session not found" } });
    const wait = waitForQrSessionClient(backend.host, session, { clock: new FakeClock() });
    expect((await failure(IdpError, wait)).status).toBe(404);
  });
});

test("the clock of the machine sleeps, and stops sleeping when it is told to", async () => {
  const before = systemClock.now();
  await systemClock.sleep(2);
  expect(systemClock.now()).toBeGreaterThan(before);
  const cancel = new AbortController();
  const sleep = systemClock.sleep(3_600_000, cancel.signal);
  cancel.abort(new RangeError("enough"));
  await failure(RangeError, sleep);
  await failure(RangeError, systemClock.sleep(1, cancel.signal));
});
