import { BadRequestException } from "@nestjs/common";
import { expect, test } from "vitest";
import {
  readCibaAuthRequest,
  readQrMakeRequest,
  readQrStatusRequest,
  readTokenRequest,
} from "../src/dto/read.js";

const CIBA = "urn:openid:params:grant-type:ciba";
const USERNAME = { loginHintKind: "login_hint", userIdentifier: "marie@OnesID1" };

test("a request to sign in is read, and what is not known of it is left out", () => {
  const all = { ...USERNAME, sessionId: "s", resource: "device", scope: "openid profile", t: 7, m: "mac" };
  expect(readCibaAuthRequest({ ...all, further: 1 })).toEqual(all);
  expect(readCibaAuthRequest({ ...USERNAME, sessionId: null })).toEqual(USERNAME);
  expect(readCibaAuthRequest({ ...USERNAME, userIdentifier: " marie@OnesID1 " })).toEqual(USERNAME);
});

test("the two requests for tokens are read", () => {
  expect(readTokenRequest({ grant_type: CIBA, authRequestId: "a" })).toEqual({
    grant_type: CIBA,
    authRequestId: "a",
  });
  const refresh = { grant_type: "refresh_token", refresh_token: "r" };
  expect(readTokenRequest(refresh)).toEqual(refresh);
});

test.each<[string, (body: unknown) => unknown, unknown]>([
  ["the body is no JSON object", readCibaAuthRequest, undefined],
  ["the body is no JSON object", readCibaAuthRequest, [USERNAME]],
  ["loginHintKind must be login_hint or login_hint_token", readCibaAuthRequest, { userIdentifier: "marie" }],
  ["userIdentifier must be a text", readCibaAuthRequest, { ...USERNAME, userIdentifier: "  " }],
  ["userIdentifier must be a text", readCibaAuthRequest, { ...USERNAME, userIdentifier: { $ne: null } }],
  ["userIdentifier must be a text", readCibaAuthRequest, { ...USERNAME, userIdentifier: "x".repeat(5000) }],
  [
    "resource must be idp or device",
    readCibaAuthRequest,
    { ...USERNAME, resource: "https://elsewhere.example" },
  ],
  ["sessionId must be a text", readCibaAuthRequest, { ...USERNAME, sessionId: 7 }],
  ["scope must be a text", readCibaAuthRequest, { ...USERNAME, scope: ["openid"] }],
  ["grant_type must be", readTokenRequest, { grant_type: "password", username: "marie" }],
  ["authRequestId must be a text", readTokenRequest, { grant_type: CIBA, auth_req_id: "a" }],
  ["refresh_token must be a text", readTokenRequest, { grant_type: "refresh_token" }],
  ["t must be a whole number", readCibaAuthRequest, { ...USERNAME, t: -1 }],
  ["t must be a whole number", readCibaAuthRequest, { ...USERNAME, t: "7" }],
  ["animated must be true or false", readQrMakeRequest, { animated: "yes" }],
  ["sessionId must be a text", readQrStatusRequest, {}],
])("%s", (description, read, body) => {
  let refusal: unknown;
  try {
    read(body);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(BadRequestException);
  const said = (refusal as BadRequestException).getResponse();
  expect(said).toMatchObject({ error: "invalid_request" });
  expect((said as { error_description: string }).error_description).toContain(description);
});

test("a request for a code may have no body", () => {
  expect(readQrMakeRequest(undefined)).toEqual({ animated: false });
  expect(readQrMakeRequest({})).toEqual({ animated: false });
  expect(readQrMakeRequest({ animated: true })).toEqual({ animated: true });
});
