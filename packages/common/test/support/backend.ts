import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a backend got it. */
export interface Got {
  method: string;
  path: string;
  /** The JSON of the body; null when there was none. */
  body: unknown;
  headers: IncomingMessage["headers"];
}

/** What a backend answers; `hang` answers nothing at all. */
export interface Answer {
  status?: number;
  body?: unknown;
  text?: string;
  headers?: Record<string, string>;
  hang?: boolean;
}

/** A backend that listens on this machine and says what it is told to say, the last answer again and again. */
export class FakeBackend {
  readonly got: Got[] = [];
  #answers: Answer[] = [];

  private constructor(
    readonly server: Server,
    readonly host: string,
  ) {}

  static start(...answers: Answer[]): Promise<FakeBackend> {
    return FakeBackend.at(0, ...answers);
  }

  /** On a port that was another's before. */
  static async at(port: number, ...answers: Answer[]): Promise<FakeBackend> {
    const server = createServer((request, response) => void backend.#serve(request, response));
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const backend = new FakeBackend(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    backend.answers(...answers);
    return backend;
  }

  /** What it says from now on. */
  answers(...answers: Answer[]): void {
    this.#answers = answers;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = Buffer.concat(await request.toArray()).toString("utf8");
    const { method = "", url: path = "", headers } = request;
    this.got.push({ method, path, body: text === "" ? null : (JSON.parse(text) as unknown), headers });
    const answer = (this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0]) ?? {};
    if (answer.hang) {
      return;
    }
    response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
    response.end(answer.text ?? JSON.stringify(answer.body));
  }
}
