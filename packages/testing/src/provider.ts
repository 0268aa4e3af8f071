import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { program, run, runOk, Running, type Ran } from "./programs.js";

/** The organisation of every provider: `local@onesid1.com`, and its older form `local@OnesID1`. */
export const DOMAIN = "onesid1.com";
export const ALIAS = "OnesID1";

/** Tests ask more often than people do. A test about the limits writes its own. */
const ROOMY = `
[limits]
requests_per_minute = 1000
first_pause = "0s"
unanswered_per_hour = 1000
registration = { burst = 10000, per_minute = 10000 }
enrolment = { burst = 10000, per_minute = 10000 }
initiation = { burst = 10000, per_minute = 10000 }
failed_authentication = { burst = 10000, per_minute = 10000 }
polls_per_request = { burst = 10000, per_minute = 10000 }
`;

/** How a provider is started. */
export interface ProviderOptions {
  /** TOML after `public_url` and `listen`; without it the limits are roomy. */
  readonly config?: string;
}

/**
 * The real `countersign`: `init` in a directory of its own, then `serve` on a free port of this machine.
 *
 * ```ts
 * const provider = await Provider.start();
 * const device = await provider.command("device", "list");
 * await provider.stop();
 * ```
 */
export class Provider {
  /** The base URL, without trailing slash. */
  readonly host: string;
  /** `host` + `/oidc`. */
  readonly issuer: string;
  /** Username and invitation of the first operator, whose role is `master`. */
  readonly master: { readonly username: string; readonly url: string };
  readonly #folder: string;
  #serving: Running | undefined;

  private constructor(host: string, folder: string, master: { username: string; url: string }) {
    this.host = host;
    this.issuer = `${host}/oidc`;
    this.master = master;
    this.#folder = folder;
  }

  /** A provider that listens. */
  static async start(options: ProviderOptions = {}): Promise<Provider> {
    const folder = await mkdtemp(join(tmpdir(), "countersign-"));
    const port = await freePort();
    const host = `http://127.0.0.1:${port}`;
    const data = join(folder, "data");
    const init = [
      "init",
      "--data",
      data,
      "--domain",
      DOMAIN,
      "--alias",
      ALIAS,
      "--public-url",
      host,
      "--json",
    ];
    const master = JSON.parse(await runOk(program("countersign"), init)) as { username: string; url: string };
    const config = `public_url = "${host}"\nlisten = "127.0.0.1:${port}"\n${options.config ?? ROOMY}`;
    await writeFile(join(data, "countersign.toml"), config);
    const provider = new Provider(host, folder, master);
    await provider.serve();
    return provider;
  }

  /** Starts it again on the same directory and port after {@link halt}. */
  async serve(): Promise<void> {
    const serving = new Running(program("countersign"), ["serve", "--data", this.#data]);
    this.#serving = serving;
    await serving.lineMatching(/listening on/);
  }

  /** Stops it and keeps its data. */
  async halt(): Promise<void> {
    await this.#serving?.stop();
    this.#serving = undefined;
  }

  /** Stops it and removes its data. */
  async stop(): Promise<void> {
    await this.halt();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Runs an operator's command, which must succeed, and gives its JSON. */
  async command(...args: string[]): Promise<unknown> {
    return JSON.parse(await runOk(program("countersign"), [...args, "--json"], this.#env)) as unknown;
  }

  /** Runs an operator's command, whatever comes of it, without `--json`. */
  try(...args: string[]): Promise<Ran> {
    return run(program("countersign"), args, this.#env);
  }

  /** What it logged so far. */
  get log(): string {
    return this.#serving?.complaint ?? "";
  }

  /** A new folder for files of the test, which ends with the provider. */
  scratch(name: string): Promise<string> {
    return mkdtemp(join(this.#folder, `${name}-`));
  }

  /** The text of a file that the provider keeps. */
  read(name: string): Promise<string> {
    return readFile(join(this.#data, name), "utf8");
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  get #env(): Record<string, string> {
    return { COUNTERSIGN_DATA: this.#data };
  }
}
