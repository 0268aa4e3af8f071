import { randomBytes } from "node:crypto";

/** The cookie that tells one browser from another while it shows a code. */
const NAME = "countersign_qr";
const FORM = /^[A-Za-z0-9_-]{22}$/;

/** What a request has, whichever HTTP platform carries it. */
export interface WithHeaders {
  headers: { cookie?: string | undefined };
}

/** The cookie's value, if the browser has one. */
export function browserOf(request: WithHeaders): string | undefined {
  const pairs = (request.headers.cookie ?? "").split(/; */);
  const value = pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1);
  return value !== undefined && FORM.test(value) ? value : undefined;
}

/** A value for a browser that has none. */
export function newBrowser(): string {
  return randomBytes(16).toString("base64url");
}

/** The header for it. Scripts cannot read it, and other sites cannot make the browser send it. */
export function setCookie(value: string, isSecure: boolean): string {
  return `${NAME}=${value}; Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}
