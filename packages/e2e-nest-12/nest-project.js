// The tests of the modules with one major of NestJS. A package of this workspace would find the NestJS that lies highest
// in the tree; here everything that Vite loads, the modules too, takes the one of the package that runs the tests.
import { createRequire } from "node:module";
import { pathToFileURL, fileURLToPath } from "node:url";
import { defineProject } from "vitest/config";

const OURS_TO_CHOOSE = /^(@nestjs\/(common|core|platform-express|testing|config|axios)|reflect-metadata)$/;

/** @param {string} config - the URL of the package's `vitest.config.js` */
export function nestProject(config, major) {
  const { resolve } = createRequire(config);
  return defineProject({
    plugins: [
      {
        name: `nest-${major}`,
        enforce: "pre",
        resolveId: (id) => (OURS_TO_CHOOSE.test(id) ? { id: resolve(id), external: true } : undefined),
      },
    ],
    test: {
      name: `e2e-nest-${major}`,
      dir: fileURLToPath(new URL("test", import.meta.url)),
      include: ["**/*.test.ts"],
      env: { NEST_MAJOR: String(major), NEST_CORE: pathToFileURL(resolve("@nestjs/core")).href },
      hookTimeout: 180_000,
      testTimeout: 180_000,
    },
  });
}
