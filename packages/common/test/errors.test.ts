import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type Advice,
  ExpiredError,
  IdpError,
  InvalidAnswerError,
  UnreachableError,
  adviceOf,
  checkCibaStatusClient,
  makeQrSessionClientV2,
  qrSessionStatusClientV2,
  refreshTokenClient,
} from "../src/index.js";
import { FakeBackend } from "./support/backend.js";
import { failure } from "./support/failure.js";
import { vectors } from "./support/vectors.js";

interface Advised {
  status: number;
  error?: string;
  retryAfter?: number;
  advice: Advice;
}

let backend: FakeBackend;
beforeEach(async () => {
  backend = await FakeBackend.start();
});
afterEach(() => backend.stop());

test.each((vectors("front-end/advice.json") as { answers: Advised[] }).answers)(
  "the advice about $status $error is $advice.kind",
  async ({ status, error, retryAfter, advice }) => {
    expect(adviceOf(status, error, retryAfter)).toEqual(advice);
    const headers: Record<string, string> =
      retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` };
    backend.answers({ status, body: { error }, headers });
    const thrown = await failure(IdpError, checkCibaStatusClient(backend.host, "a"));
    expect(thrown.advice).toEqual(advice);
  },
);

test("a refusal has the shape that axios gives to it", async () => {
  const body = { error: "authorization_pending", error_description: "not yet" };
  backend.answers({ status: 400, body, headers: { "x-request-id": "r1", "set-cookie": "secret=1" } });
  const error = await failure(IdpError, checkCibaStatusClient(backend.host, "a"));
  expect(error.isAxiosError).toBe(true);
  expect(error.code).toBe("ERR_BAD_REQUEST");
  expect(error.response).toEqual({
    status: 400,
    data: body,
    headers: { "content-type": "application/json", "x-request-id": "r1" },
  });
  expect(error.message).toBe("authorization_pending: not yet");
});

test("what a validation says is told", async () => {
  const message = ["scope must be a string", "resource is unknown"];
  backend.answers({ status: 400, body: { statusCode: 400, message, error: "Bad Request" } });
  const error = await failure(IdpError, checkCibaStatusClient(backend.host, "a"));
  expect(error.error_description).toBe("scope must be a string; resource is unknown");
});

test("an error status without JSON is a refusal all the same", async () => {
  backend.answers({ status: 502, text: "<h1>Bad gateway</h1>", headers: { "content-type": "text/html" } });
  const error = await failure(IdpError, checkCibaStatusClient(backend.host, "a"));
  expect(error.message).toBe("the answer has status 502");
  expect(error.code).toBe("ERR_BAD_RESPONSE");
});

test("a date in Retry-After is passed over", async () => {
  backend.answers({ status: 503, body: {}, headers: { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" } });
  const error = await failure(IdpError, checkCibaStatusClient(backend.host, "a"));
  expect(error.advice).toEqual({ kind: "retry" });
});

test.each([
  ["a page", { text: "<!doctype html>" }, "did not answer in JSON"],
  ["an answer that lacks a member", { body: { expires_in: 3600 } }, "did not answer what was asked"],
  ["an empty answer", { text: "" }, "did not answer in JSON"],
  ["an answer without end", { body: { access_token: "a".repeat(70_000) } }, "the answer is too long"],
])("%s is not taken for tokens", async (_, answer, said) => {
  backend.answers(answer);
  const error = await failure(InvalidAnswerError, checkCibaStatusClient(backend.host, "a"));
  expect(error.message).toContain(said);
  expect(error.advice).toEqual({ kind: "misuse" });
});

test("a redirect is not followed: what was sent is not for somebody else", async () => {
  const other = await FakeBackend.start({ body: { access_token: "a", token_type: "Bearer" } });
  backend.answers({ status: 307, body: {}, headers: { location: `${other.host}/api/auth/oidc/token` } });
  const error = await failure(InvalidAnswerError, refreshTokenClient(backend.host, "rt_secret"));
  expect(error.message).toContain("redirects elsewhere");
  expect(other.got).toEqual([]);
  await other.stop();
});

test("a backend that is not there cannot be reached", async () => {
  const { host } = backend;
  await backend.stop();
  const error = await failure(UnreachableError, makeQrSessionClientV2(host));
  expect(error.code).toBe("ERR_NETWORK");
  expect(error.advice).toEqual({ kind: "retry" });
  backend = await FakeBackend.start();
});

test("a backend that says nothing did not answer in time", async () => {
  backend.answers({ hang: true });
  const error = await failure(UnreachableError, makeQrSessionClientV2(backend.host, { timeout: 0.05 }));
  expect(error.code).toBe("ETIMEDOUT");
});

test("a call that is cancelled rejects with the reason", async () => {
  backend.answers({ hang: true });
  const cancel = new AbortController();
  const call = makeQrSessionClientV2(backend.host, { signal: cancel.signal });
  cancel.abort(new RangeError("left the page"));
  expect((await failure(RangeError, call)).message).toBe("left the page");
});

test("a session of which the backend says null has ended", async () => {
  backend.answers({ body: null });
  const error = await failure(ExpiredError, qrSessionStatusClientV2(backend.host, "0b0c"));
  expect(error.advice).toEqual({ kind: "give_up" });
});

test("no secret is in an error", async () => {
  const said: string[] = [];
  for (const answer of [{ status: 400, body: { error: "invalid_grant" } }, { text: "?" }, { hang: true }]) {
    backend.answers(answer);
    const error = await failure(Error, refreshTokenClient(backend.host, "rt_secret", { timeout: 0.05 }));
    said.push(`${error.stack ?? ""} ${String(error.cause)} ${JSON.stringify(error)}`);
  }
  expect(said).toHaveLength(3);
  expect(said.join()).not.toContain("rt_secret");
});

test("a host that is none is told at once", async () => {
  await failure(TypeError, makeQrSessionClientV2("shop.example.com"));
});
