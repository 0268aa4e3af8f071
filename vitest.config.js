import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: ["packages/*/vitest.config.js"],
    // The tests start real servers, browsers and providers; more at once would only wait for each other.
    maxWorkers: 2,
  },
});
