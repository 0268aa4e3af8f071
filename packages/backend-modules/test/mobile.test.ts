import { generateKeyPairSync } from "node:crypto";
import { MobileDeviceAuthentication, NoSuchApproval } from "@countersign/backend-modules";
import { Device } from "@countersign/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deviceAuth, mobileAuth, PERSON, world, type World } from "./support/world.js";

let here: World;

beforeAll(async () => {
  here = await world();
});

afterAll(async () => {
  await here.provider.stop();
});

const byName = { loginHint: { kind: "login_hint", value: PERSON } } as const;

test("a phone lists what waits and answers it by the auth_req_id of the service", async () => {
  const phone = await mobileAuth(here);
  const auth = deviceAuth(here);
  const { auth_req_id } = await auth.makeCibaRequest(byName);
  const [request, ...more] = await phone.listPendingCibaRequests();
  expect(more).toEqual([]);
  expect(request).toMatchObject({
    kind: "login",
    authRequestId: auth_req_id,
    application: { name: "Example.com", verified: true },
    bindingMessage: "Authorize login to Example.com",
    scopes: ["openid", "offline_access", "profile"],
    verification: { mode: "none" },
  });
  await phone.respondToPendingCibaRequest(auth_req_id, "approved");
  expect(await auth.checkCibaStatus(auth_req_id)).toMatchObject({ token_type: "Bearer" });
  expect(await phone.listPendingCibaRequests()).toEqual([]);
});

test("a login hint token of the phone makes a request that the phone denies as not its own", async () => {
  const phone = await mobileAuth(here);
  const auth = deviceAuth({ ...here, device: await Device.register(here.provider, { title: "Unwanted" }) });
  const loginHint = await phone.getLoginHintToken();
  expect(loginHint).toMatchObject({ kind: "login_hint_token", expiresIn: 300 });
  const { auth_req_id } = await auth.makeCibaRequest({ loginHint });
  await phone.respondToPendingCibaRequest(auth_req_id, "denied", { reason: "not_me" });
  await expect(auth.checkCibaStatus(auth_req_id)).rejects.toMatchObject({ error: "access_denied" });
  await expect(auth.makeCibaRequest(byName)).rejects.toMatchObject({ error: "access_denied" });
});

test("codes are chosen and typed as the other screen shows them", async () => {
  const phone = await mobileAuth(here);
  const auth = deviceAuth(here);
  const choose = await auth.makeCibaRequest({ ...byName, verification: ["choose"] });
  const [shown] = await phone.listPendingCibaRequests();
  expect(shown?.verification.choices).toContain(choose.verification?.code);
  const approve = (code?: string) =>
    phone.respondToPendingCibaRequest(choose.auth_req_id, "approved", code === undefined ? {} : { code });
  await expect(approve()).rejects.toThrow("choose");
  await approve(choose.verification?.code);
  await expect(auth.checkCibaStatus(choose.auth_req_id)).resolves.toBeDefined();

  const transfer = await auth.makeCibaRequest({ ...byName, verification: ["transfer"] });
  const [typed] = await phone.listPendingCibaRequests();
  expect(typed?.verification).toEqual({ mode: "transfer" });
  const wrong = transfer.verification?.code === "000000" ? "111111" : "000000";
  const answer = phone.respondToPendingCibaRequest(transfer.auth_req_id, "approved", { code: wrong });
  await expect(answer).rejects.toMatchObject({ name: "IdpError" });
  await phone.respondToPendingCibaRequest(transfer.auth_req_id, "approved", {
    code: transfer.verification?.code ?? "",
  });
  const { id_token = "" } = await auth.checkCibaStatus(transfer.auth_req_id);
  expect(await auth.validateJwt(id_token)).toMatchObject({ acr: "urn:countersign:acr:transfer" });
});

test("the auth_req_id finds one of several sign-ins, and nothing once it is answered", async () => {
  const phone = await mobileAuth(here);
  const others = deviceAuth({ ...here, device: await Device.register(here.provider, { title: "Second" }) });
  const auth = deviceAuth(here);
  const first = await auth.makeCibaRequest(byName);
  const second = await others.makeCibaRequest(byName);
  const listed = await phone.listPendingCibaRequests();
  expect(listed.map(({ authRequestId }) => authRequestId)).toEqual([first.auth_req_id, second.auth_req_id]);
  await phone.respondToPendingCibaRequest(second.auth_req_id, "approved");
  await expect(others.checkCibaStatus(second.auth_req_id)).resolves.toBeDefined();
  await expect(auth.checkCibaStatus(first.auth_req_id)).rejects.toMatchObject({
    error: "authorization_pending",
  });
  await expect(phone.respondToPendingCibaRequest(second.auth_req_id, "approved")).rejects.toBeInstanceOf(
    NoSuchApproval,
  );
  await phone.respondToPendingCibaRequest(first.auth_req_id, "denied");
});

test("nothing is approved by a name that it does not have", async () => {
  const phone = await mobileAuth(here);
  const auth = deviceAuth(here);
  const { auth_req_id } = await auth.makeCibaRequest(byName);
  const [request] = await phone.listPendingCibaRequests();
  for (const name of ["something-else", "", request?.id ?? "", auth_req_id.slice(0, -1)]) {
    const answer = phone.respondToPendingCibaRequest(name, "approved");
    await expect(answer).rejects.toBeInstanceOf(NoSuchApproval);
  }
  await expect(auth.checkCibaStatus(auth_req_id)).rejects.toMatchObject({ error: "authorization_pending" });
});

test("a phone without a key, or with one of another kind, signs nothing", async () => {
  const { provider, phone } = here;
  const mobile = new MobileDeviceAuthentication({
    name: "phone",
    idpBaseUrl: provider.host,
    deviceClientId: phone.clientId,
  });
  await expect(mobile.getLoginHintToken()).rejects.toThrow("loadKeys");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  expect(() => {
    mobile.loadKeys({ privateKey });
  }).toThrow("P-256");
});
