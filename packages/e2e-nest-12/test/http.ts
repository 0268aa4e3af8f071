import type { INestApplication } from "@nestjs/common";

/** The members that bodies may have. A case checks those that it expects. */
interface Body {
  auth_req_id: string;
  access_token: string;
  refresh_token: string;
  scope: string;
  sessionId: string;
  authRequestId: string;
  qrContent: string;
  deviceId: string;
  exp: number;
  username: string;
  error: string;
  error_description: string;
}

/** What a service answered. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

/** An application that is reached as browsers and phones reach it. */
export class Client {
  private constructor(readonly url: string) {}

  /** Lets an application listen on a free port of this machine. */
  static async of(app: INestApplication): Promise<Client> {
    await app.listen(0, "127.0.0.1");
    return new Client(await app.getUrl());
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#send(path, { headers });
  }

  post(path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    const type = { "Content-Type": "application/json" };
    return this.#send(path, {
      method: "POST",
      ...(body ? { body: JSON.stringify(body), headers: { ...type, ...headers } } : { headers }),
    });
  }

  async #send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(this.url + path, init);
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, body: JSON.parse(text) as Body };
  }
}

/** Whether a text has the form of a JWT (RFC 7519 §3). */
export function isJWT(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}
