// A sign-in by QR code from screen to tokens: the page in Chromium, its backend, the real provider, and the real phone, which
// scans a picture of the screen.
import { join } from "node:path";
import { DeviceAuthentication, localSigningFunction } from "@countersign/backend-modules";
import { Device, Phone, Provider } from "@countersign/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { IdpError } from "../src/index.js";
import type * as qr from "../src/qr.js";
import { browserIsMissing, startBrowser } from "./support/browser.js";
import { Site } from "./support/site.js";

/** What the bundle puts on the page. */
declare const countersign: typeof qr;

describe.skipIf(browserIsMissing())("a person who scans the screen", () => {
  let provider: Provider;
  let auth: DeviceAuthentication;
  let phone: Phone;
  let browser: Browser;
  let page: Page;
  let site: Site;

  beforeAll(async () => {
    provider = await Provider.start();
    const device = await Device.register(provider);
    auth = new DeviceAuthentication({
      name: "shop",
      idpBaseUrl: provider.host,
      deviceId: device.deviceId,
      deviceClientId: device.clientId,
      functions: { signingFunction: localSigningFunction(device.pem) },
    });
    phone = await Phone.ofNewPerson(provider, "user.name@OnesID1");
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await provider.stop();
  });

  beforeEach(async () => {
    site = await Site.start(backend);
    page = await browser.newPage();
    await page.goto(site.origin);
  });
  afterEach(async () => {
    await page.close();
    await site.stop();
  });

  /** What a backend does with the three calls of its front end. */
  async function backend(path: string, body: unknown): Promise<{ status?: number; body: unknown }> {
    const { animated, sessionId, authRequestId } = (body ?? {}) as Record<string, string | boolean>;
    switch (path) {
      case "/api/auth/qr/make":
        return { body: await auth.makeQrAuthSessionIdp({ animated: animated === true }) };
      case "/api/auth/qr/status":
        return { body: await auth.verifyQrAuthSessionIdp(String(sessionId)) };
      default:
        return auth.checkCibaStatus(String(authRequestId)).then(
          (tokens) => ({ body: tokens }),
          (error: unknown) =>
            error instanceof IdpError
              ? { status: error.status, body: error.response.data }
              : { status: 404, body: {} },
        );
    }
  }

  /** Begins a sign-in on the page. */
  function begin(animated: boolean) {
    return page.evaluate(
      (options) => {
        const element = document.querySelector("#code") ?? document.body;
        return countersign.signInWithQr(element, "", options);
      },
      { animated },
    );
  }

  /** Holds the phone to the screen until it has read the code: one that changes is dead after five seconds. */
  async function scan(): Promise<void> {
    const path = join(await provider.scratch("picture"), "screen.png");
    const once = async (): Promise<number> => {
      await page.locator("#code").screenshot({ path });
      return (await phone.try("scan", path)).code;
    };
    await expect.poll(once, { timeout: 90_000 }).toBe(0);
  }

  test.each([
    ["a static code", false],
    ["an animated code", true],
  ])("signs in by %s", async (_, animated) => {
    const signIn = begin(animated);
    await page.waitForSelector("#code svg");
    await scan();
    await page.waitForSelector("#code:empty", { state: "attached" });
    await expect.poll(() => phone.list(), { timeout: 30_000 }).toHaveLength(1);
    await phone.approve();
    const { id_token = "" } = await signIn;
    expect(await auth.validateJwt(id_token)).toMatchObject({ sub: phone.userId });
  });
});
