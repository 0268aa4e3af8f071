// What the command line says, and what this machine is.
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  deviceIdentitySigningFunction,
  loadKeys,
  loadSystemConfig,
  localSigningFunction,
} from "@countersign/backend-modules";

const { values } = parseArgs({
  options: {
    device: { type: "string" },
    redis: { type: "string" },
    port: { type: "string", default: "3000" },
    "public-url": { type: "string" },
    "service-id": { type: "string" },
    audience: { type: "string" },
    "response-key": { type: "string" },
  },
});

export const applicationName = "Harbour Market";
export const port = Number(values.port);
/** Where browsers and phones reach this service. */
export const publicUrl = values["public-url"] ?? `http://127.0.0.1:${port}`;
export const redis = values.redis === undefined ? undefined : new URL(values.redis);

/** `deviceId`, `clientId`, `authServerUrl` and more of device.yml. */
export const systemConfig = loadSystemConfig(values.device && join(values.device, "device.yml"));

/** By the machine's signing service; to try out, by a key file beside device.yml. */
export const signingFunction = values.device
  ? localSigningFunction(await loadKeys(join(values.device, "private.pem")))
  : deviceIdentitySigningFunction;

const { "service-id": serviceId, audience, "response-key": responseKey } = values;

/** How the service is registered for mutual sign-in, if it is. */
export const mutual = serviceId && audience && responseKey ? { serviceId, audience, responseKey } : undefined;
