import { defineProject } from "vitest/config";

export default defineProject({
  test: { name: "backend-modules", include: ["test/**/*.test.ts"] },
});
