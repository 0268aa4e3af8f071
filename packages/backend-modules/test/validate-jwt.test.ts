import { TokenError } from "@countersign/backend-modules";
import { SignJWT, type JWTPayload } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { CLIENT_ID, Clock, fakeClient } from "./support/fake-client.js";
import { FakeIdp, fakeKey, json, metadata } from "./support/fake-idp.js";

const JWKS = "/oidc/jwks";

let idp: FakeIdp;
let clock: Clock;

beforeAll(async () => {
  idp = await FakeIdp.start();
});

beforeEach(async () => {
  idp.reset();
  idp.keys = [await fakeKey("first")];
  clock = new Clock();
});

afterAll(async () => {
  await idp.stop();
});

/** Good claims, changed. */
function claims(further: JWTPayload = {}): JWTPayload {
  const now = Math.floor(clock.at / 1000);
  return { iss: idp.issuer, sub: "person", aud: CLIENT_ID, iat: now, exp: now + 3600, ...further };
}

async function refusal(token: string): Promise<TokenError> {
  const error: unknown = await fakeClient(idp.host, clock)
    .validateJwt(token)
    .catch((refused: unknown) => refused);
  expect(error).toBeInstanceOf(TokenError);
  expect(String(error)).not.toContain(token.split(".")[1]);
  return error as TokenError;
}

test("a good token of any asymmetric algorithm is taken", async () => {
  for (const alg of ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"]) {
    const key = await fakeKey(`key of ${alg}`, alg);
    idp.keys = [key];
    const token = await idp.token(claims(), key, { typ: "at+jwt" });
    expect(await fakeClient(idp.host, clock).validateJwt(token)).toMatchObject({ sub: "person" });
  }
});

test("a token for somebody else, of somebody else, or of nobody is refused", async () => {
  expect(await refusal(await idp.token(claims({ aud: "another" })))).toMatchObject({
    code: "wrong_claim",
    claim: "aud",
  });
  expect(await refusal(await idp.token(claims({ iss: "https://id.example" })))).toMatchObject({
    claim: "iss",
  });
  for (const claim of ["iss", "aud", "sub", "exp", "iat"]) {
    const { [claim]: _, ...rest } = claims();
    expect(await refusal(await idp.token(rest))).toMatchObject({ code: "wrong_claim", claim });
  }
});

test("an audience that was configured is taken beside our own", async () => {
  const auth = fakeClient(idp.host, clock, { audiences: ["https://shop.example"] });
  const token = await idp.token(claims({ aud: ["https://shop.example", "another"] }));
  expect((await auth.validateJwt(token)).aud).toContain("https://shop.example");
});

test("clocks may differ by a minute and not by 90 seconds", async () => {
  const now = Math.floor(clock.at / 1000);
  for (const good of [{ exp: now - 50 }, { iat: now + 50 }, { nbf: now + 50 }]) {
    await expect(
      fakeClient(idp.host, clock).validateJwt(await idp.token(claims(good))),
    ).resolves.toBeDefined();
  }
  expect(await refusal(await idp.token(claims({ exp: now - 90 })))).toMatchObject({
    code: "expired",
    claim: "exp",
  });
  expect(await refusal(await idp.token(claims({ iat: now + 90 })))).toMatchObject({
    code: "not_yet_valid",
    claim: "iat",
  });
  expect(await refusal(await idp.token(claims({ nbf: now + 90 })))).toMatchObject({
    code: "not_yet_valid",
    claim: "nbf",
  });
  const strict = fakeClient(idp.host, clock, { clockTolerance: 0 });
  await expect(strict.validateJwt(await idp.token(claims({ exp: now - 1 })))).rejects.toMatchObject({
    code: "expired",
  });
});

test("a token without a signature, or with a MAC under our own public key, is refused", async () => {
  const [first] = idp.keys;
  const none = `${part({ alg: "none", typ: "JWT" })}.${part(claims())}.`;
  expect((await refusal(none)).code).toBe("algorithm_not_allowed");
  const secret = new TextEncoder().encode(JSON.stringify(first?.jwk));
  for (const alg of ["HS256", "HS512"]) {
    const mac = await new SignJWT(claims()).setProtectedHeader({ alg, kid: "first" }).sign(secret);
    expect((await refusal(mac)).code).toBe("algorithm_not_allowed");
  }
});

test("a token that was changed, is of another type, or is no token is refused", async () => {
  const [header = "", , signature = ""] = (await idp.token(claims())).split(".");
  const changed = `${header}.${part(claims({ sub: "operator" }))}.${signature}`;
  expect((await refusal(changed)).code).toBe("wrong_signature");
  const receipt = await idp.token(claims(), idp.keys[0], { typ: "consent-receipt+jwt" });
  expect((await refusal(receipt)).code).toBe("wrong_type");
  for (const text of ["", "opaque-token", "a.b.c", `${header}.x.y`, "🦊.🦊.🦊"]) {
    await expect(fakeClient(idp.host, clock).validateJwt(text)).rejects.toBeInstanceOf(TokenError);
  }
});

test("a key that was rotated in is fetched, once", async () => {
  const auth = fakeClient(idp.host, clock);
  await auth.validateJwt(await idp.token(claims()));
  const second = await fakeKey("second");
  idp.keys = [second, ...idp.keys];
  clock.pass(6);
  const token = await idp.token(claims(), second);
  await Promise.all(Array.from({ length: 10 }, () => auth.validateJwt(token)));
  expect(idp.count(JWKS)).toBe(2);
});

test("invented key ids make no more than one fetch in five seconds", async () => {
  const auth = fakeClient(idp.host, clock);
  await auth.validateJwt(await idp.token(claims()));
  clock.pass(6);
  for (let n = 0; n < 50; n++) {
    const token = await idp.token(claims(), idp.keys[0], { kid: `invented-${n}` });
    await expect(auth.validateJwt(token)).rejects.toMatchObject({ code: "unknown_key" });
  }
  expect(idp.count(JWKS)).toBe(2);
});

test("a token that names no key is taken only when there is one", async () => {
  const [only] = idp.keys;
  const { alg = "" } = only?.jwk ?? {};
  const signed = new SignJWT(claims()).setProtectedHeader({ alg });
  const token = await signed.sign(only?.privateKey ?? never());
  await expect(fakeClient(idp.host, clock).validateJwt(token)).resolves.toBeDefined();
  idp.keys.push(await fakeKey("second"));
  expect((await refusal(token)).code).toBe("unknown_key");
});

test("known keys are used while the provider is away, and for no longer than a day", async () => {
  const auth = fakeClient(idp.host, clock);
  const late = { exp: Math.floor(clock.at / 1000) + 10 * 86_400 };
  const token = await idp.token(claims(late));
  await auth.validateJwt(token);
  idp.on(JWKS, json(503, { error: "temporarily_unavailable", error_description: "soon" }));
  clock.pass(3600);
  await expect(auth.validateJwt(token)).resolves.toBeDefined();
  clock.pass(2 * 86_400);
  await expect(auth.validateJwt(token)).rejects.toMatchObject({ name: "IdpError", status: 503 });
});

test("a key set that is none is no key set", async () => {
  for (const answer of [{}, { keys: "none" }, [], "keys", null]) {
    idp.on(JWKS, json(200, answer));
    const auth = fakeClient(idp.host, clock);
    await expect(auth.validateJwt(await idp.token(claims()))).rejects.toMatchObject({
      name: "InvalidAnswerError",
    });
  }
});

test("a provider that calls itself something else is not believed", async () => {
  const discovery = "/oidc/.well-known/openid-configuration";
  const token = await idp.token(claims());
  const lies: Record<string, unknown>[] = [
    { issuer: "https://id.example/oidc" },
    { issuer: `${idp.issuer}/` },
    { jwks_uri: "http://id.example/jwks" },
    { token_endpoint: "file:///etc/passwd" },
    { jwks_uri: 7 },
  ];
  for (const lie of lies) {
    idp.on(discovery, json(200, { ...metadata(idp.issuer), ...lie }));
    await expect(fakeClient(idp.host, clock).validateJwt(token)).rejects.toMatchObject({
      name: "InvalidAnswerError",
    });
  }
});

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function never(): never {
  throw new Error("there is no key");
}
