import { BadRequestException, ConflictException, NotFoundException } from "@nestjs/common";
import { StoreUnavailable } from "@countersign/backend-frontend-auth";
import { describe, expect, test, vi } from "vitest";
import type { CodeProof } from "../src/qr/animation.js";
import { asked, shopSessions, TestClock } from "./fixtures.js";

const IP = "10.10.10.100";

test("a session says what to draw and how long it lives", async () => {
  const { sessions, clock } = shopSessions();
  const session = await sessions.make(IP);
  expect(session).toMatchObject({
    kind: "qr_client",
    aud: "the-shop",
    expIn: 300,
    interval: 3,
    cibaRequestInvoked: false,
  });
  expect(session.sessionId).toMatch(/^[\w-]{43}$/);
  expect(session.exp).toBe(clock.milliseconds / 1000 + 300);
  expect(JSON.parse(session.qrContent ?? "")).toEqual({ cbUrl: session.cbUrl, sessionId: session.sessionId });
  clock.pass(120);
  expect(await sessions.find(session.sessionId)).toEqual({ ...session, expIn: 180 });
});

test("a session ends", async () => {
  const { sessions, clock } = shopSessions();
  const { sessionId } = await sessions.make(IP);
  clock.pass(300);
  expect(await sessions.find(sessionId)).toBeNull();
  await expect(sessions.scanned(sessionId, {}, asked("1"))).rejects.toBeInstanceOf(NotFoundException);
});

test("a scan is seen by the browser, with the code that the screen has to show", async () => {
  const { sessions } = shopSessions();
  const { sessionId } = await sessions.make(IP);
  const verification = { mode: "transfer", code: "482913" } as const;
  await sessions.scanned(sessionId, {}, async () => ({ ...(await asked("first")()), verification }));
  expect(await sessions.find(sessionId)).toMatchObject({
    authRequestId: "first",
    cibaRequestInvoked: true,
    verification,
  });
});

test("of two phones that scan at once, one gets the session, and the provider is asked once", async () => {
  const { sessions } = shopSessions();
  const { sessionId } = await sessions.make(IP);
  const ask = vi.fn(asked("first"));
  const results = await Promise.allSettled([
    sessions.scanned(sessionId, {}, ask),
    sessions.scanned(sessionId, {}, ask),
  ]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(ask).toHaveBeenCalledTimes(1);
});

test("a phone that scans later is refused while the first one's sign-in is open", async () => {
  const { sessions } = shopSessions();
  const { sessionId } = await sessions.make(IP);
  await sessions.scanned(sessionId, {}, asked("first"));
  const late = vi.fn(asked("second"));
  await expect(sessions.scanned(sessionId, {}, late)).rejects.toBeInstanceOf(ConflictException);
  expect(late).not.toHaveBeenCalled();
  expect(await sessions.find(sessionId)).toMatchObject({ authRequestId: "first" });
});

test("what comes after the tokens were collected is a request of its own, which the screen never sees", async () => {
  const { sessions } = shopSessions();
  const { sessionId } = await sessions.make(IP);
  await sessions.scanned(sessionId, {}, asked("first"));
  await sessions.collected("first");
  expect(await sessions.scanned(sessionId, {}, asked("second"))).toMatchObject({ auth_req_id: "second" });
  expect(await sessions.find(sessionId)).toMatchObject({ authRequestId: "first" });
});

test("collecting tokens of a sign-in without a session changes nothing", async () => {
  const { sessions } = shopSessions();
  await expect(sessions.collected("by username")).resolves.toBeUndefined();
});

test("a scan that the provider refuses leaves the session open for another", async () => {
  const { sessions } = shopSessions();
  const { sessionId } = await sessions.make(IP);
  const refused = sessions.scanned(sessionId, {}, () =>
    Promise.reject(new Error("expired_login_hint_token")),
  );
  await expect(refused).rejects.toThrow("expired_login_hint_token");
  expect(await sessions.scanned(sessionId, {}, asked("second"))).toMatchObject({ auth_req_id: "second" });
});

test("a session that ends while the provider is asked is not brought back", async () => {
  const { sessions, clock } = shopSessions();
  const { sessionId } = await sessions.make(IP);
  const slow = sessions.scanned(sessionId, {}, () => {
    clock.pass(300);
    return asked("late")();
  });
  await expect(slow).rejects.toBeInstanceOf(NotFoundException);
  expect(await sessions.find(sessionId)).toBeNull();
});

test("a session of a browser is not there for another one, and not without its cookie", async () => {
  const { sessions } = shopSessions();
  const { sessionId } = await sessions.make(IP, { browser: "the browser's cookie" });
  expect(await sessions.findFor(sessionId, "the browser's cookie")).toMatchObject({ sessionId });
  expect(await sessions.findFor(sessionId, "another browser's")).toBeNull();
  expect(await sessions.findFor(sessionId, undefined)).toBeNull();
  // The service itself, which has no browser.
  expect(await sessions.find(sessionId)).toMatchObject({ sessionId });
});

test("who reads the store learns neither sessions nor requests nor browsers", async () => {
  const clock = new TestClock();
  const { sessions, store } = shopSessions(clock);
  const written = [vi.spyOn(store, "add"), vi.spyOn(store, "replace")];
  const { sessionId } = await sessions.make(IP, { browser: "the browser's cookie", animated: true });
  const { t, m } = JSON.parse((await sessions.find(sessionId))?.qrContent ?? "") as CodeProof;
  await sessions.scanned(sessionId, { t, m }, asked("the request"));
  await sessions.collected("the request");
  const kept = JSON.stringify(written.map(({ mock }) => mock.calls));
  for (const secret of [sessionId, "the request", "the browser's cookie", IP, "animation", "collected"]) {
    expect(kept).not.toContain(secret);
  }
});

test("what somebody changed in the store is no session", async () => {
  const { sessions, store } = shopSessions();
  const add = vi.spyOn(store, "add");
  const [mine, theirs] = [await sessions.make(IP), await sessions.make(IP)];
  const [first, second] = add.mock.calls;
  const [myKey, theirRecord] = [first?.[0] ?? "", second?.[1] ?? ""];
  for (const record of [theirRecord, "", "none", JSON.stringify({ exp: 2e9, ip: IP })]) {
    await store.replace(myKey, record);
    expect(await sessions.find(mine.sessionId)).toBeNull();
  }
  expect(await sessions.find(theirs.sessionId)).not.toBeNull();
});

test("a store that is gone when the scan is over does not make a failure of it", async () => {
  const { sessions, store } = shopSessions();
  const { sessionId } = await sessions.make(IP);
  vi.spyOn(store, "remove").mockRejectedValue(new StoreUnavailable(undefined));
  expect(await sessions.scanned(sessionId, {}, asked("first"))).toMatchObject({ auth_req_id: "first" });
});

test("the scan is told where the browser of the session called from", async () => {
  const { sessions } = shopSessions();
  const { sessionId } = await sessions.make(IP);
  const ask = vi.fn(asked("first"));
  await sessions.scanned(sessionId, {}, ask);
  expect(ask).toHaveBeenCalledWith(IP);
});

test("once a phone has scanned the code there is nothing to draw any more", async () => {
  const { sessions } = shopSessions();
  const { sessionId } = await sessions.make(IP, { animated: true });
  const { t, m } = JSON.parse((await sessions.find(sessionId))?.qrContent ?? "") as CodeProof;
  await sessions.scanned(sessionId, { t, m }, asked("first"));
  expect(await sessions.find(sessionId)).not.toHaveProperty("qrContent");
});

describe("an animated code", () => {
  const code = (session: { qrContent?: string } | null) => JSON.parse(session?.qrContent ?? "") as CodeProof;
  /** What the phone tells its person, in the words of the provider. */
  const refusal = (because: string) => ({
    response: { error: "access_denied", error_description: expect.stringContaining(because) as string },
  });

  test("changes every second", async () => {
    const { sessions, clock } = shopSessions();
    const made = await sessions.make(IP, { animated: true });
    expect(made.refreshIn).toBe(1);
    expect(code(made)).toMatchObject({ t: 0, m: expect.stringMatching(/^[\w-]{43}$/) as string });
    clock.pass(7);
    const later = code(await sessions.find(made.sessionId));
    expect(later.t).toBe(7);
    expect(later.m).not.toBe(code(made).m);
  });

  test.each([
    [0, true],
    [5, true],
    [6, false],
    [200, false],
  ])("that is %d seconds old is taken: %s", async (age, isTaken) => {
    const { sessions, clock } = shopSessions();
    const made = await sessions.make(IP, { animated: true });
    clock.pass(age);
    const scanned = sessions.scanned(made.sessionId, code(made), asked("first"));
    await (isTaken
      ? expect(scanned).resolves.toBeDefined()
      : expect(scanned).rejects.toMatchObject(refusal("the code is too old")));
  });

  test("that was not shown yet, or was made up, is refused, and leaves the session open", async () => {
    const { sessions, clock } = shopSessions();
    const made = await sessions.make(IP, { animated: true });
    clock.pass(60);
    const future = code(await sessions.find(made.sessionId));
    clock.pass(-60);
    const other = code(await sessions.make(IP, { animated: true }));
    const ask = vi.fn(asked("first"));
    const scan = (proof: CodeProof) => sessions.scanned(made.sessionId, proof, ask);
    await expect(scan(future)).rejects.toMatchObject(refusal("the code was not shown yet"));
    for (const proof of [other, { t: 0, m: "" }, { t: 1, m: code(made).m }]) {
      await expect(scan(proof)).rejects.toMatchObject(refusal("this is no code of the session"));
    }
    await expect(sessions.scanned(made.sessionId, {}, ask)).rejects.toBeInstanceOf(BadRequestException);
    expect(ask).not.toHaveBeenCalled();
    await expect(sessions.scanned(made.sessionId, code(made), ask)).resolves.toBeDefined();
  });
});
