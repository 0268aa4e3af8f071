import { PATIENCE, type Phone } from "@countersign/testing";
import { expect } from "vitest";
import type { Visit } from "./browser.js";

/** Waits until one request is on the phone, and answers it. */
export async function answer(phone: Phone, decision: "approve" | "deny"): Promise<void> {
  await expect.poll(() => phone.list(), { timeout: 30_000 }).toHaveLength(1);
  await (decision === "approve" ? phone.approve() : phone.deny());
}

/** How long a session lives, and with it the chance to scan one of its codes, in milliseconds. */
const SESSION_LIFE = 300_000;

/**
 * Scans the newest code of a page. One that changes is good for five seconds: on a busy machine it may have died before the
 * phone's program sent it, and only then the next one is scanned.
 */
export async function scan(phone: Phone, visit: Visit): Promise<void> {
  const end = Date.now() + SESSION_LIFE;
  let code: string | undefined;
  for (;;) {
    await expect.poll(() => visit.codes.at(-1), { timeout: PATIENCE }).not.toBe(code);
    code = visit.codes.at(-1) ?? "";
    const scanned = await phone.try("scan", code, "--yes");
    if (scanned.code === 0) {
      return;
    }
    if (!scanned.stderr.includes("the code is too old") || Date.now() > end) {
      throw new Error(`the phone cannot scan the code: ${scanned.stderr}`);
    }
  }
}
