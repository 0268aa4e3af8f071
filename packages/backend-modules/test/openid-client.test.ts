import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CIBA_GRANT_TYPE } from "@countersign/common";
import { Device, Phone, Provider } from "@countersign/testing";
import { SignJWT } from "jose";
import * as client from "openid-client";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Other people's library, against our provider: what it understands is standard. */

const PERSON = "user.name@OnesID1";

let provider: Provider;
let phone: Phone;

beforeAll(async () => {
  provider = await Provider.start();
  phone = await Phone.ofNewPerson(provider, PERSON);
});

afterAll(async () => {
  await provider.stop();
});

/** A client of openid-client that signs with a key and has verified who it talks to. */
async function discovered(
  clientId: string,
  key: KeyObject,
  alg: "ES256" | "RS256",
): Promise<client.Configuration> {
  const hash =
    alg === "RS256" ? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } : { name: "ECDSA", namedCurve: "P-256" };
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const cryptoKey = await crypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), hash, false, ["sign"]);
  const config = await client.discovery(
    new URL(provider.issuer),
    clientId,
    { use_mtls_endpoint_aliases: false },
    client.PrivateKeyJwt(cryptoKey),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out; this is this machine
    { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
  );
  return config;
}

/** A service that an operator registered with its key (RFC 7591). */
async function service(profile: "standard" | "fapi_ciba"): Promise<{ clientId: string; key: KeyObject }> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const file = join(await provider.scratch("client"), "shop.json");
  const metadata = {
    client_name: "Shop",
    client_uri: "https://shop.example.com",
    profile,
    jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), alg: "ES256" }] },
    grant_types: [CIBA_GRANT_TYPE, "refresh_token", "client_credentials"],
  };
  await writeFile(file, JSON.stringify(metadata));
  const added = (await provider.command("client", "add", "--metadata", file)) as { client_id: string };
  return { clientId: added.client_id, key: privateKey };
}

/** The rest of a sign-in, from the answer to the request to tokens that were given back. */
async function signsIn(
  config: client.Configuration,
  started: Awaited<ReturnType<typeof client.initiateBackchannelAuthentication>>,
): Promise<void> {
  expect(started.expires_in).toBe(600);
  await phone.approve();
  // The first look is never too early (CIBA Core §11), so that nobody has to wait here.
  const at_once = { ...started, interval: 0.01 };
  const tokens = await client.pollBackchannelAuthenticationGrant(config, at_once);
  expect(tokens.claims()).toMatchObject({ iss: provider.issuer, sub: phone.userId });
  expect(tokens.expiresIn()).toBeGreaterThan(3500);

  const found = await client.tokenIntrospection(config, tokens.access_token);
  expect(found).toMatchObject({ active: true, sub: phone.userId, token_type: "Bearer" });
  const person = await client.fetchUserInfo(config, tokens.access_token, phone.userId);
  expect(person.preferred_username).toBe(phone.username);

  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
  expect(renewed.refresh_token).not.toBe(tokens.refresh_token);
  await client.tokenRevocation(config, renewed.refresh_token ?? "");
  expect(await client.tokenIntrospection(config, renewed.access_token)).toEqual({ active: false });
  const over = client.refreshTokenGrant(config, renewed.refresh_token ?? "");
  await expect(over).rejects.toMatchObject({ error: "invalid_grant", status: 400 });
}

test("a standard service signs a person in with openid-client, from discovery to revocation", async () => {
  const { clientId, key } = await service("standard");
  const config = await discovered(clientId, key, "ES256");
  expect(config.serverMetadata()).toMatchObject({
    issuer: provider.issuer,
    backchannel_token_delivery_modes_supported: ["poll"],
  });
  const started = await client.initiateBackchannelAuthentication(config, {
    scope: "openid profile offline_access",
    login_hint: PERSON,
    binding_message: "W4SCT",
  });
  expect((await phone.item()).bindingMessage).toBe("W4SCT");
  await signsIn(config, started);
});

test("a machine that registered itself does the same with a signed request", async () => {
  const device = await Device.register(provider, { keyType: "RSA:2048" });
  const key = createPrivateKey(device.pem);
  const config = await discovered(device.clientId, key, "RS256");
  const token = await client.clientCredentialsGrant(config);
  expect(token).toMatchObject({ token_type: "bearer", expires_in: 600 });

  const parameters = { scope: "openid profile offline_access", login_hint: PERSON, binding_message: "W4SCT" };
  const request = await new SignJWT(parameters)
    .setProtectedHeader({ alg: "RS256", typ: "JWT" })
    .setIssuer(device.clientId)
    .setSubject(device.clientId)
    .setAudience(provider.issuer)
    .setIssuedAt()
    .setNotBefore("0s")
    .setExpirationTime("5m")
    .setJti(crypto.randomUUID())
    .sign(key);
  await signsIn(config, await client.initiateBackchannelAuthentication(config, { request }));
});

test("openid-client understands a no, and an unknown person", async () => {
  const { clientId, key } = await service("standard");
  const config = await discovered(clientId, key, "ES256");
  const ask = (login_hint: string) =>
    client.initiateBackchannelAuthentication(config, { scope: "openid", login_hint });
  await expect(ask("nobody@OnesID1")).rejects.toMatchObject({ error: "unknown_user_id" });
  const started = await ask(PERSON);
  await phone.deny();
  const poll = client.pollBackchannelAuthenticationGrant(config, { ...started, interval: 0.01 });
  await expect(poll).rejects.toMatchObject({ error: "access_denied", status: 400 });
});
