import { expect, test } from "vitest";
import { qrContent, qrSvg } from "../src/qr.js";
import { decodeSvg } from "./support/decode.js";

const SESSION = { sessionId: "0b0c", cbUrl: "https://shop.example.com/auth/oidc/bc-authorize" };

test.each([
  ["a session", qrContent(SESSION)],
  ["an animated session", `{"cbUrl":"${SESSION.cbUrl}","sessionId":"0b0c","t":12,"m":"${"A".repeat(43)}"}`],
  ["letters of other alphabets", "ลงชื่อเข้าใช้ · Anmelden · 登录"],
  ["one character", "1"],
  ["a long text", "https://id.example.com/".padEnd(900, "abc/")],
])("the picture of %s says the same to a reader", (_, content) => {
  for (const errorCorrection of ["low", "medium", "quartile", "high"] as const) {
    expect(decodeSvg(qrSvg(content, { errorCorrection }))).toBe(content);
  }
});

test("a picture has four empty modules around it unless told otherwise", () => {
  const narrow = Number(/viewBox="0 0 (\d+) /.exec(qrSvg("a", { quietZone: 1 }))?.[1]);
  expect(narrow).toBe(23);
  expect(qrSvg("a")).toContain('viewBox="0 0 29 29"');
});

test("a picture is one for assistive technology, by the name that it was given", () => {
  expect(qrSvg("a")).toMatch(/^<svg [^>]*role="img"[^>]*><title>QR code to sign in<\/title>/);
  expect(qrSvg("a", { title: "Mit <Handy> & Co" })).toContain("<title>Mit &#60;Handy&#62; &#38; Co</title>");
});

test("colours stay within their attribute", () => {
  const svg = qrSvg("a", { dark: '"/><script>', light: "#eee" });
  expect(svg).not.toContain("<script>");
  expect(svg).toContain('fill="#eee"');
});
