import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "e2e-examples",
    include: ["test/**/*.test.ts"],
    hookTimeout: 180_000,
    // Codes that change are scanned for as long as their session lives, which is 300 s.
    testTimeout: 480_000,
  },
});
