import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from "jose";

/** What was asked of the fake. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

/** Answers one request, or does worse. */
export type Behaviour = (asked: Asked, response: ServerResponse) => void;

/** A signing key of the fake. */
export interface FakeKey {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** A key with a `kid`. */
export async function fakeKey(kid: string, alg = "ES256"): Promise<FakeKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Behaviour {
  return (_, response) => {
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
  };
}

/**
 * A provider that misbehaves as a test tells it. The real one cannot be made to answer HTML, to lie about its issuer, to
 * sign for the wrong audience or never to end.
 */
export class FakeIdp {
  /** Everything that was asked, in order. */
  readonly asked: Asked[] = [];
  /** The published keys. */
  keys: FakeKey[];
  readonly #behaviours = new Map<string, Behaviour[]>();

  private constructor(
    readonly server: Server,
    readonly host: string,
    key: FakeKey,
  ) {
    this.keys = [key];
  }

  static async start(): Promise<FakeIdp> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const idp = new FakeIdp(server, `http://127.0.0.1:${port}`, await fakeKey("first"));
    server.on("request", (request, response) => {
      idp.#take(request, response);
    });
    idp.reset();
    return idp;
  }

  get issuer(): string {
    return `${this.host}/oidc`;
  }

  /** Forgets what was asked, and behaves well again. */
  reset(): void {
    this.asked.length = 0;
    this.#behaviours.clear();
    const { issuer } = this;
    this.on("/oidc/.well-known/openid-configuration", json(200, metadata(issuer)));
    this.on("/oidc/jwks", (asked, response) => {
      json(200, { keys: this.keys.map(({ jwk }) => jwk) })(asked, response);
    });
    this.on(
      "/oidc/token",
      json(200, { access_token: "device-access-token", expires_in: 600, token_type: "Bearer" }),
    );
  }

  /** How a path is answered: by each behaviour once, and by the last one from then on. */
  on(path: string, ...behaviours: Behaviour[]): void {
    this.#behaviours.set(path, behaviours);
  }

  /** How often a path was asked for. */
  count(path: string): number {
    return this.asked.filter((asked) => asked.path === path).length;
  }

  /** A token, good unless a test changes it. */
  token(
    claims: JWTPayload,
    key = this.keys[0],
    header: { typ?: string; kid?: string } = {},
  ): Promise<string> {
    if (key === undefined) {
      throw new Error("the fake has no key");
    }
    const { alg = "ES256", kid = "" } = key.jwk;
    return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: "JWT", ...header }).sign(key.privateKey);
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const asked = {
        method,
        path,
        body: Buffer.concat(chunks).toString(),
        authorization: headers.authorization,
      };
      this.asked.push(asked);
      const known = this.#behaviours.get(path) ?? [
        json(404, { error: "invalid_request", error_description: "no route" }),
      ];
      const [behaviour] = known.length > 1 ? known.splice(0, 1) : known;
      behaviour?.(asked, response);
    });
  }
}

/** A discovery document (OpenID Connect Discovery §3). */
export function metadata(issuer: string): Record<string, unknown> {
  return {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    token_endpoint: `${issuer}/token`,
    introspection_endpoint: `${issuer}/token/introspection`,
    revocation_endpoint: `${issuer}/token/revocation`,
    backchannel_authentication_endpoint: `${issuer}/backchannel`,
  };
}
