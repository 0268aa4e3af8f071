import type { Phone } from "@countersign/testing";
import { expect } from "vitest";
import type { Visit } from "./browser.js";

/** Waits until one request is on the phone, and answers it. */
export async function answer(phone: Phone, decision: "approve" | "deny"): Promise<void> {
  await expect.poll(() => phone.list(), { timeout: 30_000 }).toHaveLength(1);
  await (decision === "approve" ? phone.approve() : phone.deny());
}

/** Scans what the screen shows; on a busy machine a code that changes may be gone before it is sent, so it looks again. */
export async function scan(phone: Phone, visit: Visit): Promise<void> {
  const tryOnce = async (): Promise<number> =>
    visit.newestCode === undefined ? -1 : (await phone.try("scan", visit.newestCode, "--yes")).code;
  await expect.poll(tryOnce, { timeout: 60_000 }).toBe(0);
}
