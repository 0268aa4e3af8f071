import type { Phone } from "@countersign/testing";
import { expect } from "vitest";

/** Waits until one request is on the phone, and answers it. */
export async function answer(phone: Phone, decision: "approve" | "deny"): Promise<void> {
  await expect.poll(() => phone.list(), { timeout: 30_000 }).toHaveLength(1);
  await (decision === "approve" ? phone.approve() : phone.deny());
}

/** Scans what the screen shows; a code that changes may be gone before it is scanned, so the camera looks again. */
export async function scan(phone: Phone, look: () => Promise<string | undefined>): Promise<void> {
  const tryOnce = async (): Promise<number> => {
    const content = await look();
    return content === undefined ? -1 : (await phone.try("scan", content, "--yes")).code;
  };
  await expect.poll(tryOnce, { timeout: 30_000 }).toBe(0);
}
