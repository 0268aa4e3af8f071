import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const EXAMPLES = join(import.meta.dirname, "../../../examples");

/** An example, started by its one command. */
export class Example {
  readonly #child: ChildProcess;
  #complaint = "";

  private constructor(name: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = spawn("npm", ["start", "--silent", "--", ...args], {
      cwd: join(EXAMPLES, name),
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // npm starts a shell that starts the program: they end together, as a group.
      detached: true,
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => (this.#complaint += chunk.toString()));
  }

  /** Starts it, and waits until it says where to open it. */
  static async start(
    name: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ example: Example; url: string }> {
    const example = new Example(name, args, env);
    return { example, url: await example.#url() };
  }

  /** What it said on standard error so far. */
  get complaint(): string {
    return this.#complaint;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    const { pid, exitCode } = this.#child;
    if (pid === undefined || exitCode !== null) {
      return;
    }
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    process.kill(-pid, "SIGTERM");
    await ended;
  }

  async #url(): Promise<string> {
    const { stdout } = this.#child;
    if (stdout !== null) {
      for await (const line of createInterface({ input: stdout })) {
        const [, url] = /^open (http:\S+)$/.exec(line) ?? [];
        if (url !== undefined) {
          stdout.resume();
          return url;
        }
      }
    }
    throw new Error(`the example ended early: ${this.#complaint}`);
  }
}
