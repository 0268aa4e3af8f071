// What a page that uses everything of `@countersign/common` downloads. Fails when it is more than we promise.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { ROOT } from "./public-packages.mjs";

const CALLS = ["@countersign/common", "@countersign/common/x1280"];

const BUNDLES = [
  { name: "front-end calls and X.1280", modules: CALLS, limit: 8_000 },
  { name: "the same and QR codes", modules: [...CALLS, "@countersign/common/qr"], limit: 15_000 },
];

async function gzipped(modules) {
  const contents = modules.map((module) => `export * from "${module}";`).join("\n");
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

for (const { name, modules, limit } of BUNDLES) {
  const bytes = await gzipped(modules);
  console.log(`${name}: ${bytes} bytes with gzip, of ${limit} at most`);
  if (bytes > limit) {
    process.exitCode = 1;
  }
}
