import { readFileSync } from "node:fs";
import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import { ConfigError } from "./config-error.js";
import type { SigningAlgorithm } from "./signing/signing-function.js";
import { providerHost } from "./transport/host.js";

/** Where `countersign-device` writes it unless told otherwise. */
export const DEFAULT_SYSTEM_CONFIG = "/etc/px-device-identity/device.yml";

/** What a registered machine knows of itself (onesid.md §2). Nothing in it is secret. */
export interface SystemConfig {
  /** `id`: what the signing service asks for. */
  readonly deviceId: string;
  /** `client_id`: the OAuth client. */
  readonly clientId: string;
  /** `host`: the provider, without trailing slash. */
  readonly authServerUrl: string;
  /** The organisation, such as `onesid1.com`. */
  readonly domain: string;
  /** When the machine began to register, in its local time. */
  readonly initiatedOn: string;
  /** Whether it belongs to an organisation. */
  readonly isManaged: boolean;
  /** Where its key is kept. */
  readonly keySecurity: "default" | "tpm";
  /** The kind of its key. */
  readonly keyType: DeviceKeyType;
  /** What it signs with, which follows from `keyType`. */
  readonly algorithm: SigningAlgorithm;
  readonly location: string;
  /** What it is for, in lower case: `server`, `desktop`, `admin_terminal`, … */
  readonly role: string;
  /** Its name for people. */
  readonly title: string;
  /** Absent in the oldest files. */
  readonly configVersion: string | undefined;
}

const ALGORITHMS = {
  "RSA:2048": "RS256",
  "RSA:3072": "RS256",
  "ECC:p256": "ES256",
  "ECC:p384": "ES384",
  "ECC:p521": "ES512",
} as const satisfies Record<string, SigningAlgorithm>;

/** A kind of key. */
export type DeviceKeyType = keyof typeof ALGORITHMS;

const ROLES = "public desktop server admin_terminal registration_terminal iot_gateway other self".split(" ");

/**
 * Reads `device.yml`. The result is there at once; code that awaits it works as well.
 *
 * @throws ConfigError - with file, line and key
 */
export function loadSystemConfig(path: string = DEFAULT_SYSTEM_CONFIG): SystemConfig {
  const entries = new Entries(path, readText(path));
  const keyType = entries.read(
    "key_type",
    "RSA:2048, RSA:3072, ECC:p256, ECC:p384 or ECC:p521",
    oneOf(KEY_TYPES),
  );
  return {
    deviceId: entries.read("id", "a UUID", uuid),
    clientId: entries.read("client_id", "a UUID", uuid),
    authServerUrl: entries.read("host", "a host such as https://id.example.com", host),
    domain: entries.read("domain", "a text", text),
    initiatedOn: entries.read("initiated_on", "a time such as '2025-01-31 09:05:00.000000'", time),
    isManaged: entries.read("is_managed", "true or false", oneOf(["true", "false"])) === "true",
    keySecurity: entries.read("key_security", "default or tpm", oneOf(["default", "tpm"])),
    keyType,
    algorithm: ALGORITHMS[keyType],
    location: entries.read("location", "a text", text),
    role: entries.read("role", `one of ${ROLES.join(", ")}`, oneOf(ROLES)),
    title: entries.read("title", "a text", text),
    configVersion: entries.maybe("config_version"),
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    const problem =
      code === "ENOENT"
        ? "there is no device identity here; register this machine with countersign-device -o INIT"
        : `cannot be read (${code})`;
    throw new ConfigError(path, undefined, undefined, problem);
  }
}

/** The entries of a flat YAML file as texts, each with its line, so that an error can say what was expected where. */
class Entries {
  readonly #path: string;
  readonly #values = new Map<string, { value: string; line: number }>();

  constructor(path: string, yaml: string) {
    this.#path = path;
    const lines = new LineCounter();
    // All scalars are texts in this schema, as in the Rust reader: `no` is a title, and a bare date is no date.
    const document = parseDocument(yaml, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
    const [wrong] = document.errors;
    if (wrong !== undefined) {
      throw new ConfigError(path, lines.linePos(wrong.pos[0]).line, undefined, `is not YAML: ${wrong.code}`);
    }
    this.#take(document, lines);
  }

  #take({ contents }: Document, lines: LineCounter): void {
    for (const pair of isMap(contents) ? contents.items : []) {
      const { key, value } = isPair(pair) ? pair : {};
      if (
        isScalar(key) &&
        isScalar(value) &&
        typeof key.value === "string" &&
        typeof value.value === "string"
      ) {
        const { line } = lines.linePos(key.range?.[0] ?? 0);
        this.#values.set(key.value, { value: value.value, line });
      }
    }
  }

  maybe(key: string): string | undefined {
    return this.#values.get(key)?.value;
  }

  read<T>(key: string, expected: string, parse: (text: string) => T | undefined): T {
    const found = this.#values.get(key);
    if (found === undefined) {
      throw new ConfigError(
        this.#path,
        undefined,
        key,
        "is missing; add it, or register anew with -o INIT --force",
      );
    }
    const value = parse(found.value);
    if (value === undefined) {
      throw new ConfigError(this.#path, found.line, key, `must be ${expected}`);
    }
    return value;
  }
}

const KEY_TYPES = Object.keys(ALGORITHMS) as DeviceKeyType[];

/** One of the words, in any case: older files have some in upper case. */
function oneOf<const W extends string>(words: readonly W[]): (text: string) => W | undefined {
  return (text) => words.find((word) => word.toLowerCase() === text.toLowerCase());
}

function text(value: string): string {
  return value;
}

function uuid(value: string): string | undefined {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value) ? value.toLowerCase() : undefined;
}

function time(value: string): string | undefined {
  return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?$/.test(value) ? value : undefined;
}

function host(value: string): string | undefined {
  try {
    // Whether the way there may be unencrypted is asked where it is used.
    return providerHost({ idpBaseUrl: value, danger_allowHttp: true });
  } catch {
    return undefined;
  }
}
