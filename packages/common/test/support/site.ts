import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";

/** A backend's answer to a call of its page: status and JSON. */
export type Api = (path: string, body: unknown) => ApiAnswer | Promise<ApiAnswer>;

interface ApiAnswer {
  status?: number;
  body: unknown;
}

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Shop</title>
    <link rel="stylesheet" href="style.css">
    <script type="module" src="page.js"></script>
  </head>
  <body><main id="code"></main></body>
</html>`;

const STYLE = "#code { width: 320px; min-height: 320px; }";

/** The packages as an application ships them: built, bundled, minified. The page finds them at \`window.countersign\`. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import * as common from "@countersign/common";
        import * as qr from "@countersign/common/qr";
        import * as x1280 from "@countersign/common/x1280";
        globalThis.countersign = { ...common, ...qr, ...x1280 };`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

/** A web page with its backend, on this machine. */
export class Site {
  /** Every call that the backend got. */
  readonly calls: { path: string; body: unknown }[] = [];

  private constructor(
    readonly server: Server,
    /** Such as `http://127.0.0.1:8081`. */
    readonly origin: string,
  ) {}

  /** @param friends - Origins that the page may talk to beside its own. */
  static async start(api: Api, port = 0, friends: readonly string[] = []): Promise<Site> {
    const files: Record<string, [string, string]> = {
      "/": ["text/html", PAGE],
      "/style.css": ["text/css", STYLE],
      "/page.js": ["text/javascript", await bundle()],
    };
    // Neither inline code nor inline style: what the packages draw has to do without.
    const policy = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ${friends.join(" ")}`;
    const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const path = request.url ?? "/";
      const [type, content] = files[path] ?? [];
      if (request.method === "GET" && type !== undefined) {
        response.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(content);
        return;
      }
      const text = Buffer.concat(await request.toArray()).toString("utf8");
      const body = text === "" ? null : (JSON.parse(text) as unknown);
      site.calls.push({ path, body });
      const answer = await api(path, body);
      response.writeHead(answer.status ?? 201, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body));
    };
    const server = createServer((request, response) => void serve(request, response));
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const site = new Site(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return site;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
