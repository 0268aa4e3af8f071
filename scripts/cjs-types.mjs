// Declarations for consumers that are CommonJS. Node can `require()` our ES modules, so there is one set of modules and
// no second copy of a class; but TypeScript wants to be told, by declarations that call themselves CommonJS.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publicPackages } from "./public-packages.mjs";

/** Relative modules are named by their `.cjs` twin, and the source map would name the wrong file. */
function asCommonJs(declarations) {
  return declarations
    .replaceAll(/(\bfrom |\bimport\(|^import )"(\.{1,2}\/[^"]*)\.js"/gm, '$1"$2.cjs"')
    .replace(/\n\/\/# sourceMappingURL=.*\n?$/, "\n");
}

for (const { directory } of publicPackages()) {
  const dist = join(directory, "dist");
  for (const path of readdirSync(dist, { recursive: true })) {
    if (path.endsWith(".d.ts")) {
      const file = join(dist, path);
      writeFileSync(file.replace(/\.d\.ts$/, ".d.cts"), asCommonJs(readFileSync(file, "utf8")));
    }
  }
}
