import { defineProject } from "vitest/config";

export default defineProject({
  test: { name: "backend-device-auth", include: ["test/**/*.test.ts"] },
});
