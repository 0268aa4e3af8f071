// Makes the output of tsc a package: with the license, with declarations for consumers that are CommonJS, and without what
// is left of sources that are gone.
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, publicPackages } from "./public-packages.mjs";

// Node can `require()` our ES modules, so there is one set of modules and no second copy of a class. But TypeScript wants
// to be told, by declarations that call themselves CommonJS, name their neighbours so, and say of jose, which has none of
// these, that its types are those of an ES module.
function asCommonJs(declarations) {
  return declarations
    .replaceAll(/(\bfrom |\bimport\(|^import )"(\.{1,2}\/[^"]*)\.js"/gm, '$1"$2.cjs"')
    .replaceAll(/^import \{ ([^}]+) \} from "jose";/gm, (_, names) => {
      const types = names.replaceAll(/\btype /g, "");
      return `import type { ${types} } from "jose" with { "resolution-mode": "import" };`;
    });
}

for (const { directory } of publicPackages()) {
  copyFileSync(join(ROOT, "LICENSE"), join(directory, "LICENSE"));
  const dist = join(directory, "dist");
  for (const path of readdirSync(dist, { recursive: true })) {
    const [, module] = /^(.+?)\.(?:js|js\.map|d\.ts|d\.cts)$/.exec(path) ?? [];
    if (module !== undefined && !existsSync(join(directory, "src", `${module}.ts`))) {
      rmSync(join(dist, path));
    } else if (path.endsWith(".d.ts")) {
      const file = join(dist, path);
      writeFileSync(file.replace(/\.d\.ts$/, ".d.cts"), asCommonJs(readFileSync(file, "utf8")));
    }
  }
}
