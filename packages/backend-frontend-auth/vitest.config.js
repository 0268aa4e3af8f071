import { defineProject } from "vitest/config";

export default defineProject({
  test: { name: "backend-frontend-auth", include: ["test/**/*.test.ts"] },
});
