// The NestJS and Vue example: all three ways in, with codes that the service keeps in Redis itself.
import { Device, Phone, Provider, Redis, freePort } from "@countersign/testing";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Visit, startBrowser } from "./browser.js";
import { Example } from "./example.js";
import { answer, scan } from "./phone.js";

const AUDIENCE = "harbour-market";
const MARIE = [
  "--given-name",
  "Marie",
  "--family-name",
  "Dupont",
  "--date-of-birth",
  "1990-05-17",
  "--nationality",
  "FRA",
];

let provider: Provider;
let redis: Redis;
let phone: Phone;
let example: Example;
let url: string;
let browser: Browser;

beforeAll(async () => {
  provider = await Provider.start();
  redis = await Redis.start();
  const device = await Device.register(provider, { title: "Harbour Market" });
  phone = await Phone.ofNewPerson(provider, "jonas.berg@OnesID1");
  const port = String(await freePort());
  const service = (await provider.command(
    ...["service", "add", "--name", "Harbour Market", "--audience", AUDIENCE],
    ...["--allowed-scope", "identity:name,identity:age_over_18", "--origin", `http://127.0.0.1:${port}`],
  )) as { serviceId: string; responseKey: string };
  const mutual = [
    "--service-id",
    service.serviceId,
    "--audience",
    AUDIENCE,
    // One key of 64 begins with a hyphen.
    `--response-key=${service.responseKey}`,
  ];
  const args = ["--device", device.folder, "--redis", redis.url, "--port", port, ...mutual];
  ({ example, url } = await Example.start("nestjs-vue", args));
  browser = await startBrowser();
});

afterAll(async () => {
  await browser.close();
  await example.stop();
  await Promise.all([provider.stop(), redis.stop()]);
});

it("signs in by a code of the service", async () => {
  const visit = await Visit.to(browser, url);
  const { page } = visit;
  await page.locator(".picture svg").waitFor();
  await visit.isAccessible();
  await visit.picture("nestjs-vue-1-code");
  const content = JSON.parse(await visit.code(".picture")) as { cbUrl: string };
  expect(content.cbUrl).toBe(`${url}api/auth/oidc/bc-authorize`);
  await scan(phone, visit);
  await page.getByRole("heading", { name: "Look at your phone" }).waitFor();
  expect(await page.getByRole("status").textContent()).toBe("Waiting for your phone.");
  expect((await phone.item()).bindingMessage).toBe("Sign in to Harbour Market from 127.0.0.1");
  await answer(phone, "approve");
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  expect(await page.locator(".name").textContent()).toMatch(/^jonas\.berg@/);
  expect(await page.locator("dd").last().textContent()).toBe(phone.userId);
  await visit.isAccessible();
  await visit.picture("nestjs-vue-2-welcome");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator(".picture svg").waitFor();
  expect(visit.errors).toEqual([]);
  await visit.close();
});

it("signs in by username with the keyboard alone, in the dark and on a small screen", async () => {
  const visit = await Visit.to(browser, url, { colorScheme: "dark", viewport: { width: 390, height: 780 } });
  const { page } = visit;
  await page.locator(".picture svg").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  await page.getByRole("tab", { name: "Username", selected: true }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.type(phone.username);
  await visit.isAccessible();
  await visit.picture("nestjs-vue-3-small-dark");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Look at your phone" }).waitFor();
  await visit.isAccessible();
  await answer(phone, "approve");
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  expect(visit.errors).toEqual([]);
  await visit.close();
});

it("signs in by mutual sign-in, and learns no more than it asked for", async () => {
  const issued = (await provider.command("credential", "issue", ...MARIE)) as {
    tokenId: string;
    credential: string;
  };
  const marie = await Phone.withCredential(provider, issued.credential);
  const visit = await Visit.to(browser, url);
  const { page } = visit;
  await page.getByRole("tab", { name: "Credential" }).click();
  await page.getByLabel("Id of your credential").fill(issued.tokenId);
  await visit.isAccessible();
  await visit.picture("nestjs-vue-4-credential");
  await page.keyboard.press("Enter");
  const shown = page.locator(".digits");
  await shown.waitFor();
  await expect.poll(() => marie.list(), { timeout: 30_000 }).toHaveLength(1);
  expect((await marie.item()).verification.code).toBe(await shown.textContent());
  await visit.isAccessible();
  await visit.picture("nestjs-vue-5-compare");
  await marie.approve();
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  expect(await page.locator(".name").textContent()).toBe("Marie");
  expect(await page.locator("dl").textContent()).toContain("18 or olderyes");
  await visit.picture("nestjs-vue-6-mutual-welcome");
  expect(visit.errors).toEqual([]);
  await visit.close();
});

it("tells why nobody was signed in", async () => {
  const visit = await Visit.to(browser, url);
  const { page } = visit;
  await page.getByRole("tab", { name: "Username" }).click();
  await page.getByRole("textbox", { name: "Username" }).fill(phone.username);
  await page.keyboard.press("Enter");
  await answer(phone, "deny");
  await page.getByRole("alert").filter({ hasText: "You said no on your phone" }).waitFor();
  await page.getByRole("tab", { name: "Username", selected: true }).waitFor();
  await visit.isAccessible();
  await page.getByRole("tab", { name: "Credential" }).click();
  await page.getByLabel("Id of your credential").fill("nobody");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "We do not know this name" }).waitFor();
  expect(visit.errors).toEqual([]);
  await visit.close();
});

it("goes on by username while Redis is away, and shows codes again when it is back", async () => {
  await redis.halt();
  const visit = await Visit.to(browser, url);
  const { page } = visit;
  await page.getByRole("alert").filter({ hasText: "cannot show a code at the moment" }).waitFor();
  await visit.isAccessible();
  await visit.picture("nestjs-vue-7-away");
  await page.getByRole("tab", { name: "Username" }).click();
  await page.getByRole("textbox", { name: "Username" }).fill(phone.username);
  await page.keyboard.press("Enter");
  await answer(phone, "approve");
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  await redis.serve();
  await page.reload();
  const again = page.getByRole("button", { name: "Show a new code" });
  await expect
    .poll(
      async () => {
        await again.click({ timeout: 500 }).catch(() => undefined);
        return page.locator(".picture svg").count();
      },
      { timeout: 30_000 },
    )
    .toBe(1);
  await visit.close();
});

it("asks for a token everywhere else", async () => {
  expect((await fetch(new URL("api/me", url))).status).toBe(401);
  expect((await fetch(new URL("api/settings", url))).status).toBe(200);
  expect(example.complaint).not.toMatch(/eyJ/);
});
