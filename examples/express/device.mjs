// Who this machine is, and how it signs: by its signing service, or to try out by a key file beside its device.yml.
import { join } from "node:path";
import {
  DeviceAuthentication,
  deviceIdentitySigningFunction,
  loadKeys,
  loadSystemConfig,
  localSigningFunction,
} from "@countersign/backend-modules";
import { AuthJwtProperties } from "@countersign/common";

/** @param {string | undefined} folder - where device.yml and private.pem are; the machine's own when absent */
export async function thisDevice(folder) {
  const { deviceId, clientId, authServerUrl, algorithm } = loadSystemConfig(
    folder && join(folder, "device.yml"),
  );
  const signingFunction = folder
    ? localSigningFunction(await loadKeys(join(folder, "private.pem")))
    : deviceIdentitySigningFunction;
  const auth = new DeviceAuthentication({
    name: "example",
    idpBaseUrl: authServerUrl,
    deviceId,
    deviceClientId: clientId,
    algorithm,
    functions: { signingFunction },
    authJwtProperties: new AuthJwtProperties({
      scope: "openid profile",
      bindingMessage: "Sign in to the Lighthouse Library",
    }),
  });
  return { auth, clientId };
}
