// The examples of the guides and of the packages' own pages compile against what they are about. One that begins with an
// import is meant to be whole; another is a piece of the reader's own program.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../../..");

/** What every example may name without saying where it is from. */
const AROUND = `
declare function show(text: string | undefined): void;
declare function say(text: string): void;
declare const cancel: AbortController;
declare const signal: AbortSignal;
declare const tokenId: string;
declare const serviceId: string;
`;

/** The pages that have examples in TypeScript. */
async function pages(): Promise<string[]> {
  const packages = (await readdir(join(ROOT, "packages"))).map((name) => `packages/${name}/README.md`);
  const guides = (await readdir(join(ROOT, "docs/guide"))).map((name) => `docs/guide/${name}`);
  return [...guides, ...packages].filter((path) => existsSync(join(ROOT, path)));
}

let folder: string;
beforeAll(async () => {
  // Inside the workspace, so that the packages are found by their names.
  folder = await mkdtemp(join(import.meta.dirname, "../dist/guides-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("every example in TypeScript compiles", async () => {
  const files: string[] = [];
  for (const path of await pages()) {
    const text = await readFile(join(ROOT, path), "utf8");
    for (const [index, [, code = ""]] of [...text.matchAll(/^```ts\n(import .*?)^```/gms)].entries()) {
      const file = join(folder, `${path.replace(/\W/g, "-")}-${index + 1}.ts`);
      await writeFile(file, `${code}\nexport {};\n`);
      files.push(file);
    }
  }
  expect(files.length).toBeGreaterThan(10);
  const around = join(folder, "around.d.ts");
  await writeFile(around, AROUND);
  const options = [
    "--ignoreConfig",
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--module",
    "nodenext",
    "--target",
    "es2023",
  ];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const types = ["--types", "node", "--lib", "es2023,dom,dom.iterable"];
  await run(process.execPath, [tsc, ...options, ...types, around, ...files], { cwd: folder }).catch(
    (error: unknown) => {
      expect.fail((error as { stdout: string }).stdout);
    },
  );
});
