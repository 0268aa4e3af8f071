import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { SigningError, type SigningAlgorithm, type SigningFunction } from "./signing-function.js";

/** A private key in this process. */
export interface LoadedKeys {
  readonly privateKey: KeyObject;
}

const EC_ALGORITHMS: Readonly<Record<string, readonly [SigningAlgorithm, string]>> = {
  prime256v1: ["ES256", "sha256"],
  secp384r1: ["ES384", "sha384"],
  secp521r1: ["ES512", "sha512"],
};

/** Shorter RSA keys can be broken (RFC 7518 §3.3). */
const SHORTEST_RSA = 2048;

/**
 * Reads a private key file: PEM, PKCS#1, PKCS#8 or SEC 1, not encrypted.
 *
 * @throws SigningError - it cannot be read, or is no such key; nothing of its content is told
 */
export async function loadKeys(path: string): Promise<LoadedKeys> {
  let pem: string;
  try {
    pem = await readFile(path, "utf8");
  } catch (error) {
    const { code = "unreadable" } = error as NodeJS.ErrnoException;
    throw new SigningError(`${path}: the private key cannot be read (${code})`);
  }
  return { privateKey: privateKey(pem, path) };
}

/**
 * Signs with a key in this process, RSA or on P-256, P-384 or P-521: a PEM text, a `KeyObject`, or what {@link loadKeys}
 * gave.
 *
 * ```ts
 * const { privateKey } = await loadKeys("/root/.local/share/px-device-identity/private.pem");
 * const functions = { signingFunction: localSigningFunction(privateKey) };
 * ```
 *
 * @throws SigningError - a key that cannot be used
 */
export function localSigningFunction(key: string | KeyObject | LoadedKeys): SigningFunction {
  const loaded = keyObject(key);
  const [algorithm, hash] = algorithmOf(loaded);
  const signWith = promisify<string, Buffer, { key: KeyObject; dsaEncoding: "ieee-p1363" }, Buffer>(sign);
  const signingFunction = async ({ message }: { message: string }): Promise<string> => {
    // RFC 7518 §3.4: JWS has r‖s, where OpenSSL would give DER. RSA takes no notice.
    const signature = await signWith(hash, Buffer.from(message, "ascii"), {
      key: loaded,
      dsaEncoding: "ieee-p1363",
    });
    return signature.toString("base64url");
  };
  return Object.assign(signingFunction, { algorithm });
}

function keyObject(key: string | KeyObject | LoadedKeys): KeyObject {
  if (typeof key === "string") {
    return privateKey(key, "the key");
  }
  const loaded = "privateKey" in key ? key.privateKey : key;
  if (loaded.type !== "private") {
    throw new SigningError(`a private key is needed to sign, and this one is ${loaded.type}`);
  }
  return loaded;
}

function privateKey(pem: string, name: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The error of the library is not kept: it may quote the text.
    throw new SigningError(`${name}: this is not an unencrypted private key in PEM form`);
  }
}

function algorithmOf(key: KeyObject): readonly [SigningAlgorithm, string] {
  const { namedCurve = "", modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa" && modulusLength >= SHORTEST_RSA) {
    return ["RS256", "sha256"];
  }
  const found = key.asymmetricKeyType === "ec" ? EC_ALGORITHMS[namedCurve] : undefined;
  if (found === undefined) {
    throw new SigningError("the key must be RSA of 2048 bits or more, or on P-256, P-384 or P-521");
  }
  return found;
}
