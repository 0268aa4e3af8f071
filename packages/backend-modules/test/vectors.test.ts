import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  approvalDigest,
  DeviceAuthentication,
  isAuthenticResponse,
  localSigningFunction,
  MobileDeviceAuthentication,
  verifyConsentReceipt,
  type Decision,
  type DecisionOptions,
  type MakeCibaRequestOptions,
  type PendingApproval,
} from "@countersign/backend-modules";
import {
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JSONWebKeySet,
  type JWK,
} from "jose";
import { expect, test } from "vitest";
import { createPrivateKey } from "node:crypto";
import { metadata } from "./support/fake-idp.js";

/** The same files are written and read by the tests of the provider. */

interface Signed {
  about: string;
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  jws: string;
}

interface Key {
  privatePem: string;
  publicJwk: JWK;
}

function page(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, "../../../vectors", name), "utf8"));
}

const clientJwts = page("onesid/client_jwts.json") as {
  key: Key;
  clientId: string;
  issuer: string;
  now: number;
  jti: string;
  assertions: Signed[];
  requests: Signed[];
};

const approvals = page("onesid/approvals.json") as {
  key: Key;
  host: string;
  clientId: string;
  now: number;
  jti: string;
  approvals: { about: string; item: PendingApproval; canonical: string }[];
  decisions: Signed[];
};

const receipts = page("onesid/consent_receipts.json") as {
  issuer: string;
  audience: string;
  jwks: JSONWebKeySet;
  receipts: Signed[];
  refused: { why: string; jws: string }[];
};

const hashes = page("x1280/response_hash.json") as {
  answers: { responseKey: string; sessionId: string; jwt: string; random: string; hash: string }[];
};

/** Time and `jti` of the vectors, and a provider that keeps what it is sent. */
function recorder(
  { now, jti }: { now: number; jti: string },
  issuer: string,
  answers: Record<string, unknown>,
) {
  const sent: { path: string; body: string }[] = [];
  const fetch = (url: string, { body }: RequestInit): Promise<Response> => {
    const { pathname: path } = new URL(url);
    sent.push({ path, body: String((body ?? "") as string | URLSearchParams) });
    const answer = path.endsWith("openid-configuration") ? metadata(issuer) : (answers[path] ?? {});
    return Promise.resolve(Response.json(answer));
  };
  return { sent, runtime: { now: () => now * 1000, uuid: () => jti, fetch } };
}

/** Whether a JWS says what a vector says, by a signature of the same key. */
async function expectSame(jws: string, { header, claims }: Signed, { publicJwk }: Key): Promise<void> {
  expect(decodeProtectedHeader(jws)).toEqual(header);
  expect(decodeJwt(jws)).toEqual(claims);
  await compactVerify(jws, await importJWK(publicJwk, "ES256"));
}

test("client assertions and signed requests are those of the vectors", async () => {
  const { key, clientId, issuer, assertions, requests } = clientJwts;
  const answers = { "/oidc/backchannel": { auth_req_id: "a", expires_in: 600 } };
  const { sent, runtime } = recorder(clientJwts, issuer, answers);
  const auth = new DeviceAuthentication({
    name: "vectors",
    idpBaseUrl: issuer.replace(/\/oidc$/, ""),
    deviceId: "device",
    deviceClientId: clientId,
    functions: { signingFunction: localSigningFunction(key.privatePem) },
    runtime,
  });
  const [assertion, ...others] = assertions;
  await expectSame(await auth.makeDeviceJwt(), assertion ?? never(), key);
  expect(others.length).toBeGreaterThan(0);

  for (const signed of requests) {
    await auth.makeCibaRequest(optionsOf(signed.claims));
    const form = new URLSearchParams(sent.at(-1)?.body);
    await expectSame(form.get("request") ?? "", signed, key);
  }
});

/** The call that makes a request of the vectors. */
function optionsOf(claims: Record<string, unknown>): MakeCibaRequestOptions {
  const text = (name: string): string | undefined => claims[name] as string | undefined;
  const kind = text("login_hint") === undefined ? "login_hint_token" : "login_hint";
  return {
    loginHint: { kind, value: text(kind) ?? "" },
    scope: text("scope"),
    bindingMessage: text("binding_message"),
    resource: text("resource"),
    qrSessionId: text("qr_session_id"),
    verification: text("acr_values") === undefined ? undefined : ["transfer"],
    requestedExpiry: text("requested_expiry") === undefined ? undefined : Number(text("requested_expiry")),
  };
}

test("digests of what a person is shown are those of the vectors", () => {
  for (const { item, canonical } of approvals.approvals) {
    expect(approvalDigest(item)).toBe(item.digest);
    expect(approvalDigest(JSON.parse(canonical) as object)).toBe(item.digest);
    expect(approvalDigest({ ...item, bindingMessage: "another" })).not.toBe(item.digest);
    expect(approvalDigest({ ...item, authRequestId: "another" })).toBe(item.digest);
  }
});

test("decisions are those of the vectors", async () => {
  const { key, host, clientId, decisions, approvals: items } = approvals;
  const answers = { "/oidc/token": { access_token: "phone", token_type: "Bearer", expires_in: 600 } };
  const { sent, runtime } = recorder(approvals, `${host}/oidc`, answers);
  const phone = new MobileDeviceAuthentication({
    name: "v",
    idpBaseUrl: host,
    deviceClientId: clientId,
    runtime,
  });
  phone.loadKeys({ privateKey: createPrivateKey(key.privatePem) });
  const item = items[0]?.item ?? never();
  for (const signed of decisions) {
    const { decision, granted, code, reason } = signed.claims as unknown as {
      decision: Decision;
    } & DecisionOptions;
    await phone.respondToApproval(item, decision, {
      ...(granted && { granted }),
      ...(code !== undefined && { code }),
      ...(reason !== undefined && { reason }),
    });
    const { path, body } = sent.at(-1) ?? never();
    expect(path).toBe(`/approvals/${item.id}/decision`);
    await expectSame((JSON.parse(body) as { decision: string }).decision, signed, key);
  }
});

test("receipts of the vectors are verified, and nothing else passes for one", async () => {
  const { issuer, audience, jwks: keys } = receipts;
  for (const { jws, claims } of receipts.receipts) {
    expect(await verifyConsentReceipt(jws, { issuer, audience, keys })).toEqual(claims);
  }
  for (const { jws, why } of receipts.refused) {
    const refused = verifyConsentReceipt(jws, { issuer, audience, keys });
    await expect(refused, why).rejects.toMatchObject({ name: "TokenError" });
  }
});

test("hashes of mutual sign-in are those of the vectors", () => {
  for (const { responseKey, sessionId, random, jwt, hash } of hashes.answers) {
    expect(isAuthenticResponse(responseKey, { sessionId, random }, { jwt, hash })).toBe(true);
    expect(isAuthenticResponse(responseKey, { sessionId, random }, { jwt: `${jwt}x`, hash })).toBe(false);
  }
});

function never(): never {
  throw new Error("the vectors are not whole");
}
