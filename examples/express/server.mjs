// The endpoints that the page calls, by the paths that the helpers of @countersign/common know.
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { IdpError, UnreachableError } from "@countersign/common";
import express from "express";
import { thisDevice } from "./device.mjs";

const { values: settings } = parseArgs({
  options: { device: { type: "string" }, port: { type: "string", default: "3000" } },
});
const { auth, clientId } = await thisDevice(settings.device);

const app = express();
app.use(express.json({ limit: "16kb" }));

// --- Sign in by username -------------------------------------------------------------------------------------------

app.post("/api/auth/oidc/bc-authorize", async (request, response) => {
  const { loginHintKind: kind, userIdentifier: value } = request.body ?? {};
  if (kind !== "login_hint" || typeof value !== "string" || value.trim() === "") {
    response
      .status(400)
      .json({ error: "invalid_request", error_description: "tell who you are by username" });
    return;
  }
  response.status(201).json(await auth.makeCibaRequest({ loginHint: { kind, value: value.trim() } }));
});

app.post("/api/auth/oidc/token", async (request, response) => {
  const { authRequestId } = request.body ?? {};
  if (typeof authRequestId !== "string" || authRequestId === "") {
    response.status(400).json({ error: "invalid_request", error_description: "authRequestId is missing" });
    return;
  }
  // Pending is a refusal too: the handler at the end passes it on.
  response.status(201).json(await auth.checkCibaStatus(authRequestId));
});

// --- Sign in by a code on the screen -------------------------------------------------------------------------------

// Everybody who sees the code learns the id of its session. Only the browser that asked for it may look at it.
const secret = randomBytes(32);
const proofOf = (sessionId) => createHmac("sha256", secret).update(sessionId).digest("base64url");

function isOfThisBrowser(request, sessionId) {
  const cookies = (request.get("cookie") ?? "").split(/; */);
  const given = Buffer.from(cookies.find((pair) => pair.startsWith("qr="))?.slice("qr=".length) ?? "");
  const expected = Buffer.from(proofOf(sessionId));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

app.post("/api/auth/qr/make", async (_request, response) => {
  const session = await auth.makeQrAuthSessionIdp({ animated: true });
  response.cookie("qr", proofOf(session.sessionId), { httpOnly: true, sameSite: "strict" });
  response.status(201).json(session);
});

app.post("/api/auth/qr/status", async (request, response) => {
  const { sessionId } = request.body ?? {};
  const isKnown = typeof sessionId === "string" && isOfThisBrowser(request, sessionId);
  const session = isKnown ? await auth.verifyQrAuthSessionIdp(sessionId) : null;
  if (!session) {
    response.status(404).json({ error: "not_found", error_description: "Session not found" });
    return;
  }
  // What names the person at the provider is not for the browser.
  response.status(201).json({ ...session, loginHintToken: undefined });
});

// --- What signed-in people may see ---------------------------------------------------------------------------------

app.get("/api/me", async (request, response) => {
  const [, token] = /^Bearer ([\w.-]+)$/.exec(request.get("authorization") ?? "") ?? [];
  const told = token ? await auth.tokenIntrospection(token) : { active: false };
  // A token that another service was given says nothing here: whoever has it could be that service.
  if (!told.active || told.client_id !== clientId) {
    response.set("WWW-Authenticate", "Bearer").status(401).json({ error: "invalid_token" });
    return;
  }
  response.json({ subject: told.sub, username: told.username, scope: told.scope, until: told.exp });
});

// --- The page ------------------------------------------------------------------------------------------------------

const modules = dirname(fileURLToPath(import.meta.resolve("@countersign/common")));
const qr = dirname(createRequire(join(modules, "index.js")).resolve("qr"));
const page = readFileSync(new URL("public/index.html", import.meta.url), "utf8");
const [, importMap = ""] = /<script type="importmap">(.*?)<\/script>/s.exec(page) ?? [];
const hash = createHash("sha256").update(importMap).digest("base64");
const POLICY = `default-src 'self'; script-src 'self' 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'`;

app.get("/", (_request, response) => {
  response
    .set({ "Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer" })
    .type("html")
    .send(page);
});
app.use(express.static(fileURLToPath(new URL("public", import.meta.url)), { index: false }));
app.use("/modules/common", express.static(modules));
app.use("/modules/qr", express.static(qr));

// --- What a refusal becomes ----------------------------------------------------------------------------------------

// Express knows a handler of errors by its four parameters.
app.use((error, _request, response, _next) => {
  if (error instanceof IdpError && (error.status === 400 || error.status === 429)) {
    // The provider's own words about what the page asked; `authorization_pending` is one of them.
    response.status(error.status).json(error.response.data);
    return;
  }
  if (error.type === "entity.parse.failed" || error.type === "entity.too.large") {
    response
      .status(400)
      .json({ error: "invalid_request", error_description: "the body is no JSON of a few lines" });
    return;
  }
  console.error(String(error));
  const isDown = error instanceof UnreachableError || (error instanceof IdpError && error.status >= 500);
  response.set("Retry-After", "5");
  response.status(isDown ? 503 : 500).json({
    error: isDown ? "temporarily_unavailable" : "server_error",
    error_description: "signing in does not work at the moment; try again soon",
  });
});

const server = app.listen(Number(settings.port), "127.0.0.1", (error) => {
  if (error) {
    throw error;
  }
  console.log(`open http://127.0.0.1:${server.address().port}/`);
});
