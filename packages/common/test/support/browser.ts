import { existsSync } from "node:fs";
import { type Browser, type Page, chromium } from "playwright-core";
import { decodePixels } from "./decode.js";

/** Debian's Chromium, or another one. */
const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** What it needs where tests run: no screen, no graphics card, perhaps only root, and no talk with anybody else. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Whether there is no browser here; in CI that is a failure. */
export function browserIsMissing(): boolean {
  const missing = !existsSync(EXECUTABLE);
  if (missing && process.env["CI"] !== undefined) {
    throw new Error(`${EXECUTABLE} is not there`);
  }
  return missing;
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}

/** What a QR code on the screen says, as a phone's camera would see it; nothing when there is none. */
export async function readCode(page: Page, selector: string): Promise<string | undefined> {
  const screenshot = (await page.locator(selector).screenshot()).toString("base64");
  // The browser takes its own picture apart.
  const { pixels, width, height } = await page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext("2d");
    context?.drawImage(picture, 0, 0);
    const { data = [] } = context?.getImageData(0, 0, picture.width, picture.height) ?? {};
    return { pixels: Array.from(data), width: picture.width, height: picture.height };
  }, screenshot);
  return decodePixels(Uint8ClampedArray.from(pixels), width, height);
}
