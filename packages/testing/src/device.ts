import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { program, runOk, Running } from "./programs.js";
import { DOMAIN, type Provider } from "./provider.js";

/** The kinds of keys that `countersign-device` makes. */
export type DeviceKeyType = "RSA:2048" | "RSA:3072" | "ECC:p256" | "ECC:p384" | "ECC:p521";

/** What may differ from one machine to the next. */
export interface DeviceOptions {
  /** `ECC:p256` unless told otherwise; RSA keys take seconds to make. */
  readonly keyType?: DeviceKeyType;
  /** `SERVER` unless told otherwise. */
  readonly role?: string;
  /** The name that people are shown. */
  readonly title?: string;
}

/** A machine that registered with `countersign-device` and that an operator approved. */
export class Device {
  /** Its `device.yml`. */
  readonly configPath: string;
  /** Its `private.pem`. */
  readonly keyPath: string;

  private constructor(
    readonly folder: string,
    /** The device id, `id` in `device.yml`. */
    readonly deviceId: string,
    /** The OAuth client id. */
    readonly clientId: string,
    /** The private key, PEM. */
    readonly pem: string,
  ) {
    this.configPath = join(folder, "device.yml");
    this.keyPath = join(folder, "private.pem");
  }

  /** Registers a machine, lets the operator approve it, and waits until its files are there. */
  static async register(provider: Provider, options: DeviceOptions = {}): Promise<Device> {
    const folder = await provider.scratch("device");
    const { keyType = "ECC:p256", role = "SERVER", title = "Example.com" } = options;
    const about = ["-k", keyType, "-r", role, "-t", title, "-dn", DOMAIN, "-l", "Bangkok"];
    const how = ["-kd", folder, "-cd", folder, "--poll-interval", "0.05", "--json"];
    const init = ["-o", "INIT", "-a", provider.host, ...about, ...how];
    const registration = new Running(program("countersign-device"), init);
    const { verificationCode } = JSON.parse(await registration.line()) as { verificationCode: string };
    await provider.command("device", "approve", verificationCode);
    const { status } = JSON.parse(await registration.line()) as { status: string };
    if (status !== "approved") {
      throw new Error(`the registration is ${status}: ${registration.complaint}`);
    }
    const config = await readFile(join(folder, "device.yml"), "utf8");
    const pem = await readFile(join(folder, "private.pem"), "utf8");
    return new Device(folder, entry(config, "id"), entry(config, "client_id"), pem);
  }

  /** Signs as the machine's own program does, base64url. */
  sign(message: string): Promise<string> {
    const files = ["-kd", this.folder, "-cd", this.folder];
    return runOk(program("countersign-device"), ["-o", "SIGN", "-m", message, ...files]);
  }
}

/** An entry of the flat file that `countersign-device` writes. */
function entry(config: string, key: string): string {
  const value = new RegExp(`^${key}: (.*)$`, "m").exec(config)?.[1];
  if (value === undefined) {
    throw new Error(`there is no ${key} in ${config}`);
  }
  return value.trim().replaceAll("'", "");
}
