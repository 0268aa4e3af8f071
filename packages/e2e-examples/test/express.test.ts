// The Express example: a person signs in by username and by an animated code, says no, and nobody else gets in.
import { Device, PATIENCE, Phone, Provider, freePort } from "@countersign/testing";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Visit, startBrowser } from "./browser.js";
import { Example } from "./example.js";
import { answer, scan } from "./phone.js";

let provider: Provider;
let phone: Phone;
let example: Example;
let url: string;
let browser: Browser;

beforeAll(async () => {
  provider = await Provider.start();
  const device = await Device.register(provider, { title: "Lighthouse Library" });
  phone = await Phone.ofNewPerson(provider, "marie.dupont@OnesID1");
  const args = ["--device", device.folder, "--port", String(await freePort())];
  ({ example, url } = await Example.start("express", args));
  browser = await startBrowser();
});

afterAll(async () => {
  await browser.close();
  await example.stop();
  await provider.stop();
});

it("signs in by username", async () => {
  const visit = await Visit.to(browser, url);
  const { page } = visit;
  await page.locator("#code svg").waitFor();
  await visit.isAccessible();
  await visit.picture("express-1-sign-in");
  await page.getByRole("textbox", { name: "Username" }).fill(phone.username);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { name: "Look at your phone" }).waitFor();
  expect(await page.getByRole("status").textContent()).toBe("Waiting for your phone.");
  await visit.isAccessible();
  await visit.picture("express-2-wait");
  await answer(phone, "approve");
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  expect(await page.locator("#who").textContent()).toMatch(/^marie\.dupont@/);
  expect(await page.locator("#subject").textContent()).toBe(phone.userId);
  await visit.isAccessible();
  await visit.picture("express-3-welcome");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(visit.errors).toEqual([]);
  await visit.close();
});

it("signs in by a code that changes, in the dark and on a small screen", async () => {
  const visit = await Visit.to(browser, url, { colorScheme: "dark", viewport: { width: 390, height: 780 } });
  const { page } = visit;
  await page.locator("#code svg").waitFor();
  await visit.isAccessible();
  await visit.picture("express-4-small-dark");
  const first = await visit.code("#code");
  await expect.poll(() => visit.code("#code"), { timeout: PATIENCE }).not.toBe(first);
  await scan(phone, visit);
  await page.getByRole("heading", { name: "Look at your phone" }).waitFor();
  await answer(phone, "approve");
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  await visit.isAccessible();
  expect(visit.errors).toEqual([]);
  await visit.close();
});

it("tells why nobody was signed in, and offers both ways again", async () => {
  const visit = await Visit.to(browser, url);
  const { page } = visit;
  await page.getByRole("textbox", { name: "Username" }).fill(phone.username);
  await page.keyboard.press("Enter");
  await answer(phone, "deny");
  await page.getByRole("alert").filter({ hasText: "You said no on your phone" }).waitFor();
  await visit.isAccessible();
  await visit.picture("express-5-denied");
  await page.getByRole("textbox", { name: "Username" }).fill("nobody@OnesID1");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "We do not know this username" }).waitFor();
  await page.locator("#code svg").waitFor();
  expect(visit.errors).toEqual([]);
  await visit.close();
});

it("shows a code's session to nobody but the browser that asked for it", async () => {
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(new URL(path, url), {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const made = await post("api/auth/qr/make", {});
  const { sessionId } = (await made.json()) as { sessionId: string };
  const cookie = made.headers.get("set-cookie")?.split(";")[0] ?? "";
  expect((await post("api/auth/qr/status", { sessionId })).status).toBe(404);
  expect((await post("api/auth/qr/status", { sessionId }, { Cookie: cookie })).status).toBe(201);
  expect((await fetch(new URL("api/me", url), { headers: { Authorization: "Bearer unknown" } })).status).toBe(
    401,
  );
});

it("says so while the provider is away, and goes on when it is back", async () => {
  const visit = await Visit.to(browser, url);
  const { page } = visit;
  await provider.halt();
  await page.getByRole("textbox", { name: "Username" }).fill(phone.username);
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "does not work at the moment" }).waitFor();
  await page.getByRole("button", { name: "Show a new code" }).waitFor();
  await visit.isAccessible();
  await visit.picture("express-6-away");
  await provider.serve();
  await page.getByRole("button", { name: "Show a new code" }).click();
  await page.locator("#code svg").waitFor();
  await page.getByRole("textbox", { name: "Username" }).fill(phone.username);
  await page.keyboard.press("Enter");
  await answer(phone, "approve");
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  await visit.close();
});
