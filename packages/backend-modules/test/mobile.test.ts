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

test("a phone lists what waits and answers it by its handle", async () => {
  const phone = await mobileAuth(here);
  const auth = deviceAuth(here);
  const { auth_req_id } = await auth.makeCibaRequest(byName);
  const [request, ...more] = await phone.listPendingCibaRequests();
  expect(more).toEqual([]);
  expect(request).toMatchObject({
    kind: "login",
    application: { name: "Example.com", verified: true },
    bindingMessage: "Authorize login to Example.com",
    scopes: ["openid", "offline_access", "profile"],
    verification: { mode: "none" },
  });
  await phone.respondToPendingCibaRequest(request?.authRequestId ?? "", "approved");
  expect(await auth.checkCibaStatus(auth_req_id)).toMatchObject({ token_type: "Bearer" });
  expect(await phone.listPendingCibaRequests()).toEqual([]);
});

test("a login hint token of the phone makes a request that the phone denies as not its own", async () => {
  const phone = await mobileAuth(here);
  const auth = deviceAuth({ ...here, device: await Device.register(here.provider, { title: "Unwanted" }) });
  const loginHint = await phone.getLoginHintToken();
  expect(loginHint).toMatchObject({ kind: "login_hint_token", expiresIn: 300 });
  const { auth_req_id } = await auth.makeCibaRequest({ loginHint });
  const [request] = await phone.listPendingCibaRequests();
  await phone.respondToPendingCibaRequest(request?.id ?? "", "denied", { reason: "not_me" });
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
    phone.respondToPendingCibaRequest(shown?.id ?? "", "approved", code === undefined ? {} : { code });
  await expect(approve()).rejects.toThrow("choose");
  await approve(choose.verification?.code);
  await expect(auth.checkCibaStatus(choose.auth_req_id)).resolves.toBeDefined();

  const transfer = await auth.makeCibaRequest({ ...byName, verification: ["transfer"] });
  const [typed] = await phone.listPendingCibaRequests();
  expect(typed?.verification).toEqual({ mode: "transfer" });
  const wrong = transfer.verification?.code === "000000" ? "111111" : "000000";
  const answer = phone.respondToPendingCibaRequest(typed?.id ?? "", "approved", { code: wrong });
  await expect(answer).rejects.toMatchObject({ name: "IdpError" });
  await phone.respondToPendingCibaRequest(typed?.id ?? "", "approved", {
    code: transfer.verification?.code ?? "",
  });
  const { id_token = "" } = await auth.checkCibaStatus(transfer.auth_req_id);
  expect(await auth.validateJwt(id_token)).toMatchObject({ acr: "urn:countersign:acr:transfer" });
});

test("nothing is approved by a name that it does not have, unless the tool asked for the only one", async () => {
  const phone = await mobileAuth(here);
  const auth = deviceAuth(here);
  const { auth_req_id } = await auth.makeCibaRequest(byName);
  const answer = phone.respondToPendingCibaRequest("something-else", "approved");
  await expect(answer).rejects.toBeInstanceOf(NoSuchApproval);
  await expect(auth.checkCibaStatus(auth_req_id)).rejects.toMatchObject({ error: "authorization_pending" });

  const careless = await mobileAuth(here, { danger_answerOnlyRequest: true });
  await careless.respondToPendingCibaRequest(auth_req_id, "approved");
  await expect(auth.checkCibaStatus(auth_req_id)).resolves.toBeDefined();
  await expect(careless.respondToPendingCibaRequest(auth_req_id, "approved")).rejects.toBeInstanceOf(
    NoSuchApproval,
  );
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
