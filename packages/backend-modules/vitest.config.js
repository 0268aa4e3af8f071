import { defineProject } from "vitest/config";

export default defineProject({
  // Real providers, machines and phones, on a machine that may be busy.
  test: { name: "backend-modules", include: ["test/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
});
