import { createHmac } from "node:crypto";
import { Phone, Provider, freePort } from "@countersign/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type * as common from "../src/index.js";
import type * as qr from "../src/qr.js";
import type * as x1280 from "../src/x1280.js";
import { browserIsMissing, readCode, startBrowser } from "./support/browser.js";
import { type Api, Site } from "./support/site.js";

/** What the bundle puts on the page. */
declare const countersign: typeof common & typeof qr & typeof x1280;

const TOKENS = { access_token: "opaque", token_type: "Bearer", expires_in: 3600, scope: "openid" };
const PENDING = { status: 400, body: { error: "authorization_pending", error_description: "not yet" } };
const SESSION = {
  kind: "qr",
  sessionId: "0b0c",
  cbUrl: "https://shop.example.com/auth/oidc/bc-authorize",
  expIn: 300,
  interval: 1,
};

describe.skipIf(browserIsMissing())("in Chromium", () => {
  let browser: Browser;
  let page: Page;
  let site: Site | undefined;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    page = await browser.newPage();
    complaints.length = 0;
    page.on("pageerror", (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await page.close();
    await site?.stop();
    site = undefined;
    expect(complaints).toEqual([]);
  });

  /** Opens a page whose backend answers so. */
  async function open(api: Api): Promise<Site> {
    site = await Site.start(api);
    await page.goto(site.origin);
    return site;
  }

  test("a person signs in by username at the page's own backend", async () => {
    let looks = 0;
    const { calls } = await open((path) => {
      if (path === "/api/auth/oidc/bc-authorize") {
        return { body: { auth_req_id: "urn:x:1", expires_in: 60, interval: 0.1 } };
      }
      looks += 1;
      return looks < 3 ? PENDING : { body: TOKENS };
    });
    const tokens = await page.evaluate(() => countersign.signInClient("", "user.name@OnesID1"));
    expect(tokens).toEqual(TOKENS);
    expect(calls.map(({ path }) => path)).toEqual([
      "/api/auth/oidc/bc-authorize",
      "/api/auth/oidc/token",
      "/api/auth/oidc/token",
      "/api/auth/oidc/token",
    ]);
  });

  test("errors keep their kind and their advice in a bundle", async () => {
    await open(() => ({
      status: 400,
      body: { error: "access_denied", error_description: "the person said no" },
    }));
    const seen = await page.evaluate(() =>
      countersign
        .checkCibaStatusClient("", "a")
        .catch((error: unknown) =>
          error instanceof countersign.IdpError ? [error.name, error.error, error.advice.kind] : [],
        ),
    );
    expect(seen).toEqual(["IdpError", "access_denied", "give_up"]);
  });

  test("an animated code is drawn as often as it changes, and is gone once it was scanned", async () => {
    let looks = 0;
    let scanned = false;
    let approved = false;
    const content = (t: number): string =>
      JSON.stringify({ cbUrl: SESSION.cbUrl, sessionId: "0b0c", t, m: "A".repeat(43) });
    const { calls } = await open((path) => {
      if (path === "/api/auth/oidc/token") {
        return approved ? { body: TOKENS } : PENDING;
      }
      looks += 1;
      return {
        body: scanned
          ? { ...SESSION, authRequestId: "urn:x:1" }
          : { ...SESSION, qrContent: content(looks), refreshIn: 1 },
      };
    });
    const signIn = page.evaluate(() => {
      const element = document.querySelector("#code") ?? document.body;
      return countersign.signInWithQr(element, "", { animated: true });
    });

    await page.waitForSelector("#code svg");
    const first = await readCode(page, "#code");
    expect(first).toMatch(/"t":\d+/);
    await expect.poll(() => readCode(page, "#code"), { timeout: 20_000 }).not.toBe(first);

    scanned = true;
    await page.waitForSelector("#code:empty", { state: "attached" });
    approved = true;
    expect(await signIn).toEqual(TOKENS);
    expect(calls[0]).toEqual({ path: "/api/auth/qr/make", body: { animated: true } });
    expect(calls.at(-1)).toMatchObject({ path: "/api/auth/oidc/token", body: { authRequestId: "urn:x:1" } });
  });

  test("a code that ran out gives way to a new one", async () => {
    let made = 0;
    await open((path, body) => {
      if (path === "/api/auth/oidc/token") {
        return { body: TOKENS };
      }
      if (path === "/api/auth/qr/make") {
        made += 1;
        return { body: { ...SESSION, sessionId: `session-${made}` } };
      }
      const { sessionId } = body as { sessionId: string };
      return sessionId === "session-1"
        ? { status: 404, body: { message: "Session not found" } }
        : { body: { ...SESSION, sessionId, authRequestId: "urn:x:2" } };
    });
    const tokens = await page.evaluate(() => countersign.signInWithQr(document.body, ""));
    expect(tokens).toEqual(TOKENS);
    expect(made).toBe(2);
  });

  test("a page that is left stops asking and takes the code away", async () => {
    const { calls } = await open(() => ({ body: SESSION }));
    const outcome = await page.evaluate(async () => {
      const cancel = new AbortController();
      const signIn = countersign.signInWithQr(document.body, "", {
        signal: cancel.signal,
        onWait: () => {
          cancel.abort("left the page");
        },
      });
      return [await signIn.catch((reason: unknown) => reason), document.body.childElementCount];
    });
    expect(outcome).toEqual(["left the page", 0]);
    expect(calls).toHaveLength(1);
  });

  describe("with the real provider", () => {
    const AUDIENCE = "shop-audience";
    let provider: Provider;
    let service: { serviceId: string; responseKey: string };
    let credential: { tokenId: string; credential: string };
    let phone: Phone;
    let port: number;

    beforeAll(async () => {
      provider = await Provider.start();
      port = await freePort();
      const scopes = "identity:name,identity:age_over_18";
      const about = ["--name", "Test shop", "--allowed-scope", scopes, "--audience", AUDIENCE];
      const origin = ["--origin", `http://127.0.0.1:${port}`];
      service = (await provider.command("service", "add", ...about, ...origin)) as typeof service;
      const marie = [
        "--given-name",
        "Marie",
        "--family-name",
        "Dupont",
        "--date-of-birth",
        "1990-05-17",
        "--nationality",
        "FRA",
      ];
      credential = (await provider.command("credential", "issue", ...marie)) as typeof credential;
      phone = await Phone.withCredential(provider, credential.credential);
    });
    afterAll(() => provider.stop());

    /** Opens the page at its registered origin, or at another name of this machine. */
    async function visit(name = "127.0.0.1"): Promise<void> {
      const friends = [provider.host, provider.host.replace("http", "ws")];
      site = await Site.start(() => ({ status: 404, body: {} }), port, friends);
      await page.goto(`http://${name}:${port}/`);
    }

    /** Begins a mutual sign-in on the page; its code is on the screen as soon as there is one. */
    function begin() {
      const request = { tokenId: credential.tokenId, serviceId: service.serviceId };
      return page.evaluate(
        ([host, asked]) =>
          countersign.mutualSignIn(host, asked, {
            onSession: ({ autoPassword }) => {
              document.body.textContent = autoPassword;
            },
            onReconnect: () => {
              document.body.dataset["reconnects"] = "some";
            },
          }),
        [provider.host, request] as const,
      );
    }

    /** The code of the page once it is there, which must be that of the phone. */
    async function compare(): Promise<void> {
      await page.waitForFunction(() => /^\d{6}$/.test(document.body.textContent));
      const { verification } = await phone.item();
      expect(verification).toEqual({ mode: "compare", code: await page.textContent("body") });
    }

    test("the identity is released after the person compared and said yes", async () => {
      await visit();
      const signIn = begin();
      await compare();
      await phone.approve();
      const { sessionId, jwt, hash, random } = await signIn;
      // What the page's backend does with it (X.1280 profile §3).
      const key = Buffer.from(service.responseKey, "base64url");
      const message = `${sessionId}|${jwt}|${random}`;
      expect(hash).toBe(createHmac("sha256", key).update(message).digest("base64url"));
      const claims = JSON.parse(
        Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString(),
      ) as x1280.MutualIdentity;
      expect(claims).toMatchObject({ iss: provider.host, aud: AUDIENCE, sub: credential.tokenId });
      expect(claims.idtoken).toMatchObject({ givenName: "Marie", age_over_18: true });
    });

    test("a no of the person ends the wait", async () => {
      await visit();
      const signIn = begin().catch((error: unknown) => String(error));
      await compare();
      await phone.deny();
      expect(await signIn).toContain("MutualSessionError: the person said no");
    });

    test("the wait survives a restart of the provider", async () => {
      await visit();
      const signIn = begin();
      await compare();
      await provider.halt();
      await page.waitForSelector("body[data-reconnects]");
      await provider.serve();
      await phone.approve();
      expect((await signIn).jwt).toMatch(/^ey/);
    });

    test("a page of another origin begins nothing", async () => {
      await visit("localhost");
      const said = await begin().catch((error: unknown) => String(error));
      expect(said).toContain(`UnreachableError: ${provider.host} cannot be reached`);
      expect(await phone.list()).toEqual([]);
    });
  });
});
