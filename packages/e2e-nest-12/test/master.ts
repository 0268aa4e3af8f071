import { DeviceAuthentication, deviceIdentitySigningFunction } from "@countersign/backend-modules";
import { LOGIN_HINT_KIND } from "@countersign/common";
import type { Stage } from "./stage.js";

/** An operator's access token, won by CIBA as any other sign-in: what registers applications. */
export async function masterAccessToken({ provider, device, signing, master }: Stage): Promise<string> {
  const auth = new DeviceAuthentication({
    name: "operator's terminal",
    idpBaseUrl: provider.host,
    deviceId: device.deviceId,
    deviceClientId: device.clientId,
    deviceIdentityUrl: signing.url,
    functions: { signingFunction: deviceIdentitySigningFunction },
  });
  const loginHint = { kind: LOGIN_HINT_KIND.LOGIN_HINT, value: master.username };
  const { auth_req_id } = await auth.makeCibaRequest({ loginHint, scope: "openid" });
  await master.approve();
  const { access_token } = await auth.checkCibaStatus(auth_req_id);
  return access_token;
}
