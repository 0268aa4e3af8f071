import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { PATIENCE } from "@countersign/testing";
import axe, { type AxeResults } from "axe-core";
import jsQR from "jsqr";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { assert, expect, vi } from "vitest";

/** Debian's Chromium, or another one. */
const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Without a screen, a graphics card, or talk with anybody else; tests may run as root. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--no-first-run",
];

/** How long the text of an answer may take to come from the browser, in milliseconds. */
const GLANCE = 2_000;

/** Where pictures of the pages go. */
const SCREENSHOTS = join(import.meta.dirname, "../../../target/screenshots");

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}

/** A page, and everything that went wrong in it. */
export class Visit {
  /** The texts of the codes that the page was given to draw, newest last. */
  readonly codes: string[] = [];

  private constructor(
    readonly page: Page,
    readonly errors: string[],
  ) {}

  static async to(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await browser.newContext({
      viewport: { width: 1100, height: 820 },
      locale: "en-GB",
      ...options,
    });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      // Chromium itself tells of every answer with an error status; `authorization_pending` is one.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        errors.push(message.text());
      }
    });
    const visit = new Visit(page, errors);
    page.on("response", (response) => {
      if (response.ok() && response.url().includes("/auth/qr/")) {
        void response.json().then(
          ({ qrContent }: { qrContent?: string }) => qrContent && visit.codes.push(qrContent),
          () => undefined,
        );
      }
    });
    await page.goto(url);
    return visit;
  }

  /** Keeps a picture of what is seen. */
  async picture(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({
      path: join(SCREENSHOTS, `${name}.png`),
      fullPage: true,
      animations: "disabled",
    });
  }

  /** Asserts that nothing stands in the way of anybody: labels, contrast, names, structure (WCAG 2.2 A and AA). */
  async isAccessible(): Promise<void> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate<AxeResults>("axe.run()");
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual(
      [],
    );
  }

  /** What the code on the screen says, as the camera of a phone reads it: one of those that the page was given. */
  async code(selector: string): Promise<string> {
    return vi.waitFor(
      async () => {
        const seen = await this.#look(selector);
        assert(seen !== undefined, "no camera can read the code");
        // The browser may forget an answer before it is asked for the text of it; the next code has another.
        await expect.poll(() => this.codes, { timeout: GLANCE }).toContain(seen);
        return seen;
      },
      { timeout: PATIENCE },
    );
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  async #look(selector: string): Promise<string | undefined> {
    const png = (await this.page.locator(selector).screenshot()).toString("base64");
    // The browser takes its own picture apart.
    const { pixels, width, height } = await this.page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
      context?.drawImage(picture, 0, 0);
      const { data = [] } = context?.getImageData(0, 0, picture.width, picture.height) ?? {};
      return { pixels: Array.from(data), width: picture.width, height: picture.height };
    }, png);
    return readQr(Uint8ClampedArray.from(pixels), width, height)?.data;
  }
}

// The module is CommonJS, and its declarations say `default` where Node gives the function itself.
const readQr = jsQR as unknown as typeof jsQR.default;
