import { axiosConfigDefault, cmApplications } from "@countersign/backend-modules";
import { APPLICATION_TYPE } from "@countersign/common";
import { Phone } from "@countersign/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deviceAuth, mobileAuth, world, type World } from "./support/world.js";

let here: World;

beforeAll(async () => {
  here = await world();
});

afterAll(async () => {
  await here.provider.stop();
});

/** The access token of a sign-in of a person. */
async function signIn(phone: Phone): Promise<string> {
  const auth = deviceAuth(here);
  const loginHint = { kind: "login_hint", value: phone.username } as const;
  const { auth_req_id } = await auth.makeCibaRequest({ loginHint });
  const mobile = await mobileAuth({ ...here, phone });
  await mobile.respondToPendingCibaRequest(auth_req_id, "approved");
  return (await auth.checkCibaStatus(auth_req_id)).access_token;
}

test("nobody else may, and the refusal does not tell the token", async () => {
  const token = await signIn(here.phone);
  const config = axiosConfigDefault(token, { baseURL: here.provider.host });
  const refused: unknown = await cmApplications.list(config).catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 403, response: { status: 403 } });
  expect(JSON.stringify(refused) + String(refused)).not.toContain(token);
});

test("the operator adds an application, sees it, changes it and removes it", async () => {
  const master = await signIn(await Phone.ofMaster(here.provider));
  const config = axiosConfigDefault(master, { baseURL: here.provider.host });
  const { deviceId, clientId } = here.device;
  const { data: application } = await cmApplications.create(config, {
    name: "Some application",
    type: APPLICATION_TYPE.SERVER,
    metadata: { hostname: "domain.example", isDependent: true, clientIdentifier: "some-app" },
    device: { id: deviceId, clientId },
    isEnabled: true,
  });
  expect(application).toMatchObject({
    name: "Some application",
    device: { id: deviceId, clientId },
    isEnabled: true,
  });

  const { id } = application;
  expect((await cmApplications.get(config, id)).data).toEqual(application);
  const changes = { metadata: { description: "For tests" } };
  const { data: changed } = await cmApplications.update(config, id, changes);
  expect(changed.metadata).toMatchObject({ hostname: "domain.example", description: "For tests" });
  const { data: all } = await cmApplications.list(config);
  expect(all.applications).toContainEqual(changed);
  await cmApplications.delete(config, id);
  await expect(cmApplications.get(config, id)).rejects.toMatchObject({ status: 404, error: "not_found" });
});
