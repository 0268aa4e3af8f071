import {
  createPublicKey,
  generateKeyPairSync,
  verify,
  type KeyExportOptions,
  type KeyObject,
} from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  deviceIdentitySigningFunction,
  loadKeys,
  localSigningFunction,
  SigningError,
} from "@countersign/backend-modules";
import { freePort } from "@countersign/testing";
import { expect, test } from "vitest";

const REQUEST = { message: "e30.e30", deviceId: "device" };

const rsa = (modulusLength: number): KeyObject => generateKeyPairSync("rsa", { modulusLength }).privateKey;
const ec = (namedCurve: string): KeyObject => generateKeyPairSync("ec", { namedCurve }).privateKey;

test.for([
  ["RS256", "sha256", () => rsa(2048), "pkcs1"],
  ["ES256", "sha256", () => ec("P-256"), "pkcs8"],
  ["ES384", "sha384", () => ec("P-384"), "sec1"],
  ["ES512", "sha512", () => ec("P-521"), "pkcs8"],
] as const)(
  "a key for %s signs from a file, from its text and from memory",
  async ([algorithm, hash, make, type]) => {
    const key = make();
    const folder = await mkdtemp(join(tmpdir(), "keys-"));
    const pem = key.export({ type, format: "pem" } as KeyExportOptions<"pem">).toString();
    await writeFile(join(folder, "private.pem"), pem);
    const keys = await loadKeys(join(folder, "private.pem"));
    await rm(folder, { recursive: true });
    for (const from of [pem, key, keys]) {
      const sign = localSigningFunction(from);
      expect(sign.algorithm).toBe(algorithm);
      const signature = Buffer.from(await sign(REQUEST), "base64url");
      const by = { key: createPublicKey(key), dsaEncoding: "ieee-p1363" } as const;
      expect(verify(hash, Buffer.from(REQUEST.message), by, signature)).toBe(true);
    }
  },
);

test("a key that cannot be used is refused without a word of it", async () => {
  const encrypted = ec("P-256")
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "p" })
    .toString();
  const short = rsa(1024).export({ type: "pkcs8", format: "pem" }).toString();
  const other = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  for (const pem of ["", "private", encrypted, short, other, encrypted.slice(0, 80)]) {
    let error: unknown;
    try {
      localSigningFunction(pem);
    } catch (refused) {
      error = refused;
    }
    expect(error).toBeInstanceOf(SigningError);
    expect(String(error)).not.toContain(pem.split("\n")[1] ?? "private key material");
  }
  expect(() => localSigningFunction(createPublicKey(ec("P-256")))).toThrow("a private key is needed");
  await expect(loadKeys("/nowhere/private.pem")).rejects.toThrow(
    "/nowhere/private.pem: the private key cannot be read (ENOENT)",
  );
});

test("a signing service that is gone, refuses, or answers something else is told by its address", async () => {
  const gone = `http://127.0.0.1:${await freePort()}/sign`;
  const sign = (deviceIdentityUrl: string): Promise<string> =>
    deviceIdentitySigningFunction({ ...REQUEST, deviceIdentityUrl });
  await expect(sign(gone)).rejects.toMatchObject({ name: "SigningError", advice: { kind: "retry" } });
  await expect(sign(gone)).rejects.toThrow(`the signing service at ${gone} cannot be used (ECONNREFUSED)`);

  const answers: [number, string][] = [
    [400, "{}"],
    [302, ""],
    [200, "<html>"],
    [200, "{}"],
    [200, '{"signature":"with=padding"}'],
    [200, `{"signature":"${"A".repeat(70_000)}"}`],
  ];
  const server = createServer((_, response) => {
    const [status, body] = answers.shift() ?? [500, ""];
    response.writeHead(status, { Location: gone }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sign`;
  while (answers.length > 0) {
    await expect(sign(url)).rejects.toBeInstanceOf(SigningError);
  }
  server.close();
});
