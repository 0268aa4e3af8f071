import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Advice,
  type CIBA_AUTH_REQUEST_RESOURCE,
  IdpError,
  type LOGIN_HINT_KIND,
  type QrAuthSessionIdp,
  checkCibaStatusClient,
  makeCibaRequestClient,
  makeQrSessionClientV2,
  qrContent,
  qrSessionStatusClientV2,
  refreshTokenClient,
} from "../src/index.js";
import { FakeBackend } from "./support/backend.js";
import { failure } from "./support/failure.js";
import { vectors } from "./support/vectors.js";

interface Arguments {
  userIdentifier: string;
  loginHintKind?: LOGIN_HINT_KIND;
  sessionId: string;
  resource?: CIBA_AUTH_REQUEST_RESOURCE;
  scope?: string;
  authReqId: string;
  refreshToken: string;
  animated?: boolean;
}

interface Call {
  name: string;
  operation: string;
  arguments: Arguments;
  request: { method: string; path: string; body: unknown };
  answer: { status: number; body: Record<string, unknown> };
  advice?: Advice;
  qrContent?: string;
}

const OPERATIONS: Record<string, (host: string, call: Arguments) => Promise<unknown>> = {
  makeCibaRequest: (host, { userIdentifier, ...options }) =>
    makeCibaRequestClient(host, userIdentifier, options),
  checkCibaStatus: (host, { authReqId }) => checkCibaStatusClient(host, authReqId),
  refreshToken: (host, { refreshToken }) => refreshTokenClient(host, refreshToken),
  makeQrSession: (host, options) => makeQrSessionClientV2(host, options),
  qrSessionStatus: (host, { sessionId }) => qrSessionStatusClientV2(host, sessionId),
};

let backend: FakeBackend;
beforeEach(async () => {
  backend = await FakeBackend.start();
});
afterEach(() => backend.stop());

function send(call: Call): Promise<unknown> {
  const operation = OPERATIONS[call.operation];
  return operation?.(backend.host, call.arguments) ?? expect.fail(`no operation ${call.operation}`);
}

describe("every call of vectors/front-end/calls.json", () => {
  const { calls } = vectors("front-end/calls.json") as { calls: Call[] };

  test.each(calls)("$name", async (call) => {
    backend.answers(call.answer);
    if (call.advice === undefined) {
      expect(await send(call)).toEqual(call.answer.body);
    } else {
      const error = await failure(IdpError, send(call));
      expect(error.advice).toEqual(call.advice);
      expect(error.response.status).toBe(call.answer.status);
      expect(error.response.data).toEqual(call.answer.body);
    }
    expect(backend.got).toHaveLength(1);
    expect(backend.got[0]).toMatchObject(call.request);
    if (call.qrContent !== undefined) {
      expect(qrContent(call.answer.body as unknown as QrAuthSessionIdp)).toBe(call.qrContent);
    }
  });
});

test("a slash at the end of the host changes nothing", async () => {
  backend.answers({ body: { auth_req_id: "a", expires_in: 1 } });
  await makeCibaRequestClient(`${backend.host}/`, "user.name@OnesID1");
  expect(backend.got[0]?.path).toBe("/api/auth/oidc/bc-authorize");
});

test("headers of the caller go along", async () => {
  backend.answers({ body: { auth_req_id: "a", expires_in: 1 } });
  await makeCibaRequestClient(backend.host, "user.name@OnesID1", { headers: { "x-csrf-token": "t" } });
  expect(backend.got[0]?.headers["x-csrf-token"]).toBe("t");
});
