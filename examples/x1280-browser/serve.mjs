// Serves the page to this machine, with the settings of the service.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { parseArgs } from "node:util";

const { values: settings } = parseArgs({
  options: {
    server: { type: "string" },
    "service-id": { type: "string" },
    audience: { type: "string" },
    scope: { type: "string", multiple: true, default: ["identity:name", "identity:age_over_18"] },
    port: { type: "string", default: "8081" },
  },
});
if (!settings.server || !settings["service-id"] || !settings.audience) {
  console.error("usage: node serve.mjs --server URL --service-id ID --audience AUD [--scope SCOPE]… [--port PORT]");
  process.exit(2);
}
const server = new URL(settings.server).origin;

const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript" };
const FILES = new Set(["/index.html", "/style.css", "/page.js", "/mutual.js"]);
// Names without a dot at their beginning, so that no path leads out of the folder.
const LIBRARY = /^\/node_modules\/jose\/dist\/webapi(\/\w[\w.-]*)+\.js$/;

// The page may talk to the provider and to nobody else.
const POLICY = `default-src 'self'; connect-src 'self' ${server} ${server.replace(/^http/, "ws")}`;

async function content(path) {
  if (path === "/settings.json") {
    const { audience, scope, "service-id": serviceId } = settings;
    return { type: "application/json", body: JSON.stringify({ server, serviceId, audience, scopes: scope }) };
  }
  if (!FILES.has(path) && !LIBRARY.test(path)) {
    return undefined;
  }
  return { type: TYPES[extname(path)], body: await readFile(new URL(`.${path}`, import.meta.url)) };
}

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const found = await content(pathname === "/" ? "/index.html" : pathname).catch(() => undefined);
  if (request.method !== "GET" || !found) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "Content-Type": found.type, "Content-Security-Policy": POLICY });
  response.end(found.body);
}).listen(Number(settings.port), "127.0.0.1", function () {
  console.log(`open http://127.0.0.1:${this.address().port}/`);
});
