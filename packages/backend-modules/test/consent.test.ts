import { TokenError, verifyConsentReceipt, type DeviceAuthentication } from "@countersign/backend-modules";
import { PERSONAL_DATA_CONSENT_PROPERTIES as DATA } from "@countersign/common";
import type { JSONWebKeySet } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deviceAuth, mobileAuth, PERSON, world, type World } from "./support/world.js";

const RESOURCE = "https://shop.example";
const REASON = "To send the parcel";
const CONTENT = [
  { name: DATA.EMAIL, required: true },
  { name: DATA.FIRST_NAME },
  { name: DATA.DATE_OF_BIRTH },
];

let here: World;
let auth: DeviceAuthentication;

beforeAll(async () => {
  here = await world();
  const { provider, device } = here;
  await provider.command("app", "add", "Shop", "--hostname", "shop.example", "--client", device.clientId);
  await provider.try(
    "user",
    "data",
    "set",
    PERSON,
    "email=ada@example.org",
    "firstName=Ada",
    "dateOfBirth=1815-12-10",
  );
  auth = deviceAuth(here);
});

afterAll(async () => {
  await here.provider.stop();
});

test("the person gives a part, the device reads it and keeps a receipt, the person takes it back", async () => {
  const phone = await mobileAuth(here);
  const request = await auth.makeConsentRequest(here.phone.userId, RESOURCE, CONTENT, REASON);
  expect(request).toMatchObject({ status: "pending", interval: 3, expiresIn: 600 });
  expect(await auth.checkConsentStatus(request.id)).toEqual({ id: request.id, status: "pending" });

  const [shown] = await phone.listPendingApprovals();
  expect(shown).toMatchObject({ kind: "consent", reason: REASON, requiredClaims: ["email"] });
  expect(shown).not.toHaveProperty("authRequestId");
  expect(await phone.listPendingCibaRequests()).toEqual([]);
  await phone.respondToApproval(shown ?? never(), "approved", { granted: ["email", "firstName"] });

  const given = await auth.waitForConsent(request, { interval: 0.01 });
  expect(given.status).toBe("approved");
  expect(given.content).toEqual([
    { name: "email", value: "ada@example.org" },
    { name: "firstName", value: "Ada" },
  ]);
  const receipt = await auth.verifyConsentReceipt(given.receipt ?? "");
  expect(receipt).toMatchObject({
    aud: here.device.clientId,
    sub: here.phone.userId,
    resource: RESOURCE,
    reason: REASON,
    granted: ["email", "firstName"],
  });

  expect(await phone.listConsents()).toMatchObject([{ id: request.id, names: ["email", "firstName"] }]);
  await phone.revokeConsent(request.id);
  const revoked = await auth.checkConsentStatus(request.id);
  expect(revoked).toMatchObject({ status: "denied", revokedAt: expect.any(String) as string });
  expect(revoked.content).toBeUndefined();
});

test("a receipt is verified later without the provider, and nothing else passes for one", async () => {
  const phone = await mobileAuth(here);
  const request = await auth.makeConsentRequest(here.phone.userId, RESOURCE, CONTENT, REASON);
  const [shown] = await phone.listPendingApprovals();
  await phone.respondToApproval(shown ?? never(), "approved");
  const { receipt = "" } = await auth.checkConsentStatus(request.id);
  const keys = (await (await fetch(`${here.provider.issuer}/jwks`)).json()) as JSONWebKeySet;
  const rules = { issuer: here.provider.issuer, audience: here.device.clientId, keys };
  expect((await verifyConsentReceipt(`${receipt}\n`, rules)).consent_id).toBe(request.id);

  await expect(verifyConsentReceipt(receipt, { ...rules, audience: "another" })).rejects.toMatchObject({
    claim: "aud",
  });
  const [header, , signature] = receipt.split(".");
  const forged = Buffer.from(JSON.stringify({ granted: ["email", "phoneNumber"] })).toString("base64url");
  const changed = `${header ?? ""}.${forged}.${signature ?? ""}`;
  await expect(verifyConsentReceipt(changed, rules)).rejects.toMatchObject({ code: "wrong_signature" });
  await expect(auth.validateJwt(receipt)).rejects.toBeInstanceOf(TokenError);

  const signIn = await auth.makeCibaRequest({ loginHint: { kind: "login_hint", value: PERSON } });
  await here.phone.approve();
  const { id_token = "" } = await auth.checkCibaStatus(signIn.auth_req_id);
  await expect(auth.verifyConsentReceipt(id_token)).rejects.toBeInstanceOf(TokenError);
});

test("a person who says no gives nothing", async () => {
  const request = await auth.makeConsentRequest(here.phone.userId, RESOURCE, CONTENT, REASON);
  await here.phone.deny();
  expect(await auth.waitForConsent(request, { interval: 0.01 })).toEqual({
    id: request.id,
    status: "denied",
  });
});

test("an application asks in its own name only", async () => {
  const other = auth.makeConsentRequest(here.phone.userId, "https://other.example", CONTENT, REASON);
  await expect(other).rejects.toMatchObject({ name: "IdpError", advice: { kind: "misuse" } });
});

function never(): never {
  throw new Error("nothing waits");
}
