import { defineProject } from "vitest/config";

export default defineProject({
  // The programs are real: they start, listen, sign and end on a machine that may be busy.
  test: { name: "testing", include: ["test/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
});
