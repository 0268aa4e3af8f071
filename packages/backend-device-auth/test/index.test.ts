import { expect, test } from "vitest";

test("the package can be imported by its name", async () => {
  await expect(import("@countersign/backend-device-auth")).resolves.toBeDefined();
});
