// What npm would publish, as somebody who installs it finds it: packed, unpacked beside its declared dependencies and
// nothing else, then compiled and run as an ES module and as CommonJS.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

const run = promisify(execFile);
// npm and tsc take seconds, and more on a machine that is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const ROOT = join(import.meta.dirname, "../../..");

interface Manifest {
  name: string;
  private?: boolean;
  exports: Record<string, { require: { types: string; default: string }; types: string; default: string }>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

interface Published {
  directory: string;
  manifest: Manifest;
}

/** The packages that are not private. */
async function published(): Promise<Published[]> {
  const directories = (await readdir(join(ROOT, "packages"))).map((name) => join(ROOT, "packages", name));
  const all = directories.map(async (directory) => ({
    directory,
    manifest: JSON.parse(await readFile(join(directory, "package.json"), "utf8")) as Manifest,
  }));
  return (await Promise.all(all)).filter(({ manifest }) => manifest.private !== true);
}

const packages = await published();

/** What `import` and `require` may name. */
const entries = packages.flatMap(({ manifest }) =>
  Object.keys(manifest.exports).map((path) => join(manifest.name, path)),
);

/** Where a package that we use is installed. */
function installed(name: string, directory: string): string {
  const found = [join(directory, "node_modules", name), join(ROOT, "node_modules", name)].find(existsSync);
  return found ?? expect.fail(`${name} is not installed`);
}

let scratch: string;
/** What each tarball holds. */
const contents: Record<string, string[]> = {};

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "countersign-consumer-"));
  for (const { directory, manifest } of packages) {
    const options = ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch];
    const { stdout } = await run("npm", options, { cwd: directory });
    const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    contents[manifest.name] = packed.files.map(({ path }) => path);
    const home = join(scratch, "node_modules", manifest.name);
    await mkdir(home, { recursive: true });
    await run("tar", ["-xzf", join(scratch, packed.filename), "-C", home, "--strip-components=1"]);
  }
  for (const { directory, manifest } of packages) {
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      const link = join(scratch, "node_modules", name);
      if (!existsSync(link)) {
        await mkdir(dirname(link), { recursive: true });
        await symlink(installed(name, directory), link);
      }
    }
  }
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe.each(packages)("$manifest.name", ({ manifest }) => {
  test("is its modules, their declarations, a license and a word to the reader", () => {
    const files = contents[manifest.name] ?? [];
    const meant = /^(package\.json|README\.md|LICENSE|dist\/[\w/.-]+\.(js|js\.map|d\.ts|d\.cts))$/;
    expect(files.filter((path) => !meant.test(path))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    const modules = files.filter((path) => path.endsWith(".js")).map((path) => path.slice(0, -3));
    expect(modules).not.toEqual([]);
    for (const module of modules) {
      expect(files).toEqual(expect.arrayContaining([`${module}.d.ts`, `${module}.d.cts`]));
    }
  });

  test("holds everything that it exports", () => {
    const files = contents[manifest.name] ?? [];
    for (const { require, types, default: module } of Object.values(manifest.exports)) {
      for (const target of [require.types, require.default, types, module]) {
        expect(files).toContain(target.slice(2));
      }
    }
  });
});

/** The modules of every package, told apart by their number of names, which are none for what did not resolve. */
function consumer(): string {
  const imports = entries.map((entry, index) => `import * as m${index} from "${entry}";`);
  const counts = entries.map((entry, index) => `  "${entry}": Object.keys(m${index}).length,`);
  return [
    ...imports,
    'import { AuthJwtProperties, type QrAuthSessionIdp, qrContent } from "@countersign/common";',
    "const properties: AuthJwtProperties = new AuthJwtProperties({ scope: 'openid' });",
    "const session: QrAuthSessionIdp = { sessionId: 's', cbUrl: properties.scope };",
    "// @ts-expect-error a session has an id: the types are there and are not `any`",
    "const none: QrAuthSessionIdp = { cbUrl: '' };",
    "const names: Record<string, number> = {",
    ...counts,
    "};",
    "export const made = JSON.stringify({ content: qrContent(session), none: typeof none, names });",
    "declare const console: { log(text: string): void };",
    "console.log(made);",
  ].join("\n");
}

/** Runs the compiler over a file of a folder, as strict as it can be. */
async function tsc(folder: string, file: string, ...options: string[]): Promise<void> {
  const program = join(ROOT, "node_modules/typescript/bin/tsc");
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--target", "es2023"];
  const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")];
  const args = [program, ...strict, ...types, ...options, join(folder, file)];
  await run(process.execPath, args, { cwd: folder }).catch((error: unknown) => {
    expect.fail((error as { stdout: string }).stdout);
  });
}

/** Compiles a consumer in a folder of its own; gives the folder. */
async function compile(file: string, type: string, ...options: string[]): Promise<string> {
  const folder = await mkdtemp(join(scratch, "consumer-"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type }));
  await writeFile(join(folder, file), consumer());
  await tsc(folder, file, "--skipLibCheck", ...options);
  return folder;
}

/** `@countersign/backend-modules` as a name: `backendModules`. */
function camel(name: string): string {
  return name.replace(/^.*\//, "").replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

describe("who installs the packages", () => {
  test.each([
    ["an ES module", "module", ["--module", "node16"]],
    ["CommonJS", "commonjs", ["--module", "node16"]],
    ["CommonJS by the newest rules", "commonjs", ["--module", "nodenext"]],
    [
      "CommonJS by the rules from before `exports`",
      "commonjs",
      ["--module", "commonjs", "--moduleResolution", "node10", "--ignoreDeprecations", "6.0"],
    ],
  ])("as %s compiles and runs", async (_, type, options) => {
    const folder = await compile("consumer.ts", type, ...options);
    const { stdout } = await run(process.execPath, [join(folder, "consumer.js")]);
    const made = JSON.parse(stdout) as { content: string; names: Record<string, number> };
    expect(made.content).toBe('{"cbUrl":"openid","sessionId":"s"}');
    expect(Object.keys(made.names)).toEqual(entries);
    expect(Object.values(made.names)).not.toContain(0);
  });

  // Declarations are checked too, as far as they are ours: those of NestJS 12 are for ES modules alone.
  test("as CommonJS without skipLibCheck compiles", async () => {
    const own = packages.filter(({ manifest }) => manifest.peerDependencies === undefined);
    expect(own).not.toEqual([]);
    const folder = await mkdtemp(join(scratch, "consumer-"));
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "commonjs" }));
    const imports = own.map(({ manifest }) => `export * as ${camel(manifest.name)} from "${manifest.name}";`);
    await writeFile(join(folder, "consumer.ts"), imports.join("\n"));
    await tsc(folder, "consumer.ts", "--module", "node16", "--noEmit");
  });

  test("by a bundler compiles", async () => {
    await compile("consumer.ts", "module", "--module", "esnext", "--moduleResolution", "bundler", "--noEmit");
  });

  test("both ways gets the same classes", async () => {
    const program = join(scratch, "both.cjs");
    const text = entries.map(
      (entry) => `
        const required = require("${entry}");
        const imported = await import("${entry}");
        for (const name of Object.keys(required)) {
          if (required[name] !== imported[name]) throw new Error("two of ${entry} " + name);
        }`,
    );
    await writeFile(program, `(async () => { ${text.map((part) => `{${part}}`).join("\n")} })()`);
    await run(process.execPath, ["--unhandled-rejections=strict", program]);
  });
});
