import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, loadSystemConfig } from "@countersign/backend-modules";
import { afterAll, beforeAll, expect, test } from "vitest";

const GOOD = `client_id: 5f5c208e-117e-45f8-b863-46f6342fe1ad
config_version: 0.0.3
domain: onesid1.com
host: https://id.example.com
id: da850306-883d-4bdd-84aa-9f86f04adebb
initiated_on: '2026-11-21 15:23:30.840000'
is_managed: true
key_security: default
key_type: RSA:2048
location: Bangkok
role: server
title: Example.com
`;

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "device-"));
  path = join(folder, "device.yml");
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function load(text: string): Promise<ReturnType<typeof loadSystemConfig>> {
  await writeFile(path, text);
  return loadSystemConfig(path);
}

test("every entry is read, at once or awaited", async () => {
  await writeFile(path, GOOD);
  const config = loadSystemConfig(path);
  expect(config).toEqual({
    deviceId: "da850306-883d-4bdd-84aa-9f86f04adebb",
    clientId: "5f5c208e-117e-45f8-b863-46f6342fe1ad",
    authServerUrl: "https://id.example.com",
    domain: "onesid1.com",
    initiatedOn: "2026-11-21 15:23:30.840000",
    isManaged: true,
    keySecurity: "default",
    keyType: "RSA:2048",
    algorithm: "RS256",
    location: "Bangkok",
    role: "server",
    title: "Example.com",
    configVersion: "0.0.3",
  });
  expect(await Promise.resolve(config)).toBe(config);
});

test("older files are read: words in upper case, no version, a bare date, keys of others", async () => {
  const old = GOOD.replace("config_version: 0.0.3\n", "")
    .replace("role: server", "role: ADMIN_TERMINAL")
    .replace("default", "TPM")
    .replace("is_managed: true", "is_managed: False")
    .replace("RSA:2048", "ECC:P384")
    .replaceAll("'", "");
  expect(await load(`---\n# by hand\nunknown: {a: [1]}\n${old}`)).toMatchObject({
    role: "admin_terminal",
    keySecurity: "tpm",
    isManaged: false,
    keyType: "ECC:p384",
    algorithm: "ES384",
    configVersion: undefined,
    initiatedOn: "2026-11-21 15:23:30.840000",
  });
});

test("texts that YAML writers fold, quote and escape are read as they were", async () => {
  const folded =
    "title: a long title that a writer of YAML folds at the eightieth column because\n  nobody told it otherwise\n";
  expect((await load(GOOD.replace("title: Example.com\n", folded))).title).toMatch(
    /because nobody told it otherwise$/,
  );
  const thai = 'location: "\\u0E01\\u0E23\\u0E38\\u0E07\\u0E40\\u0E17\\u0E1E"\n';
  expect((await load(GOOD.replace("location: Bangkok\n", thai))).location).toBe("กรุงเทพ");
  expect((await load(GOOD.replace("title: Example.com", "title: 'no''ones'"))).title).toBe("no'ones");
  expect((await load(GOOD.replace("title: Example.com", "title: no"))).title).toBe("no");
});

test.for([
  ["client_id: 5f5c208e-117e-45f8-b863-46f6342fe1ad", "client_id: 7", ":1: `client_id` must be a UUID"],
  [
    "host: https://id.example.com",
    "host: id.example.com",
    ":4: `host` must be a host such as https://id.example.com",
  ],
  ["host: https://id.example.com", "host: https://id.example.com/oidc", ":4: `host` must be a host"],
  ["is_managed: true", "is_managed: maybe", ":7: `is_managed` must be true or false"],
  ["key_security: default", "key_security: disk", ":8: `key_security` must be default or tpm"],
  ["key_type: RSA:2048", "key_type: RSA:1024", ":9: `key_type` must be RSA:2048"],
  ["role: server", "role: butler", ":11: `role` must be one of public, desktop"],
  [
    "initiated_on: '2026-11-21 15:23:30.840000'",
    "initiated_on: yesterday",
    ":6: `initiated_on` must be a time",
  ],
  ["title: Example.com", "title: [a, b]", ": `title` is missing"],
  ["id: da850306", "id_: da850306", ": `id` is missing"],
  ["role: server", "role: server\nrole: desktop", ":12: is not YAML: DUPLICATE_KEY"],
  ["role: server", "\trole: server", "is not YAML"],
] as const)("%s as %s is an error with its place", async ([good, bad, expected]) => {
  const error: unknown = await load(GOOD.replace(good, bad)).catch((failed: unknown) => failed);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).toContain(`${path}${expected.startsWith(":") ? expected : ""}`);
  expect((error as Error).message).toContain(expected.replace(/^:\d*:? ?/, ""));
});

test("a machine that is not registered is told how to, and a file that cannot be read why not", () => {
  expect(() => loadSystemConfig(join(folder, "none.yml"))).toThrow(
    "register this machine with countersign-device -o INIT",
  );
  expect(() => loadSystemConfig(folder)).toThrow("EISDIR");
});
