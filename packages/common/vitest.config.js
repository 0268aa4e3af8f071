import { defineProject } from "vitest/config";

export default defineProject({
  // A browser, a provider and a phone start, draw and sign on a machine that may be busy.
  test: { name: "common", include: ["test/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
});
