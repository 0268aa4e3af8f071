import { defineProject } from "vitest/config";

export default defineProject({
  test: { name: "e2e-examples", include: ["test/**/*.test.ts"], hookTimeout: 180_000, testTimeout: 180_000 },
});
