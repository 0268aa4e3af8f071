import { generateKeyPairSync } from "node:crypto";
import {
  DeviceAuthentication,
  localSigningFunction,
  type DeviceAuthenticationProperties,
  type Runtime,
} from "@countersign/backend-modules";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** The client id of {@link fakeClient}. */
export const CLIENT_ID = "0b9c3f5e-7f1d-4f0c-9a55-3a1d4a0d7c11";

/** A clock that stands still until a test moves it, and whose sleeps take no time. */
export class Clock {
  /** Milliseconds since 1970. */
  at = Date.now();
  /** How long somebody slept, in milliseconds. */
  readonly slept: number[] = [];

  readonly runtime: Pick<Runtime, "now" | "sleep" | "random"> = {
    now: () => this.at,
    sleep: (milliseconds, signal) => {
      signal?.throwIfAborted();
      this.slept.push(milliseconds);
      this.at += milliseconds;
      return Promise.resolve();
    },
    random: () => 0.5,
  };

  /** Moves on by seconds. */
  pass(seconds: number): void {
    this.at += seconds * 1000;
  }
}

/** A machine at a provider that may be anything. */
export function fakeClient(
  idpBaseUrl: string,
  clock = new Clock(),
  further: Partial<DeviceAuthenticationProperties> = {},
): DeviceAuthentication {
  return new DeviceAuthentication({
    name: "device",
    idpBaseUrl,
    deviceId: "f0d4c7a2-52a5-4f5e-9d5b-6e6f4f5b8c22",
    deviceClientId: CLIENT_ID,
    functions: { signingFunction: localSigningFunction(privateKey) },
    runtime: clock.runtime,
    ...further,
  });
}
