import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Longer than anything that these programs do takes on a busy machine, in milliseconds. */
export const PATIENCE = 60_000;

/** What a program left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The programs of this repository. */
export type ProgramName = "countersign" | "countersign-device" | "countersign-authenticator";

/**
 * Where a program is: `COUNTERSIGN_BIN` names `countersign` itself, `COUNTERSIGN_BIN_DIR` the folder of all three; without
 * them it is the debug build of this repository.
 */
export function program(name: ProgramName): string {
  const { COUNTERSIGN_BIN: server, COUNTERSIGN_BIN_DIR: folder } = process.env;
  if (name === "countersign" && server !== undefined) {
    return server;
  }
  const built = folder ?? join(import.meta.dirname, "../../../target/debug");
  const path = join(built, name);
  if (!existsSync(path)) {
    throw new Error(
      `${path} is not there: run \`cargo build --bins\`, or name its folder in COUNTERSIGN_BIN_DIR`,
    );
  }
  return path;
}

/** An environment without anything that could change what a program of ours does. */
export function clean(further: Record<string, string> = {}): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME, NO_COLOR: "1", ...further };
}

/** Runs a program to its end, whatever comes of it. */
export function run(path: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      path,
      [...args],
      { env: clean(env), timeout: PATIENCE, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (child.exitCode === null) {
          reject(error ?? new Error(`${path} ended without an exit code`));
        } else {
          resolve({ code: child.exitCode, stdout: stdout.trim(), stderr: stderr.trim() });
        }
      },
    );
    child.stdin?.end();
  });
}

/** Runs a program that must succeed, and gives its standard output. */
export async function runOk(
  path: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const ran = await run(path, args, env);
  if (ran.code !== 0) {
    throw new Error(`${path} ${args.join(" ")} ended with ${ran.code}: ${ran.stderr}`);
  }
  return ran.stdout;
}

/** A program that is read line by line while it runs. */
export class Running {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #complaint = "";

  constructor(path: string, args: readonly string[], env: Record<string, string> = {}) {
    this.#child = spawn(path, [...args], { env: clean(env), stdio: ["ignore", "pipe", "pipe"] });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) {
      throw new Error("a child without pipes");
    }
    stderr.setEncoding("utf8").on("data", (text: string) => (this.#complaint += text));
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** What it said on standard error so far. */
  get complaint(): string {
    return this.#complaint;
  }

  /** Its next line. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) {
      throw new Error(`the program ended early: ${this.#complaint}`);
    }
    return next.value;
  }

  /** Its next line that matches, read as the pattern's first group. */
  async lineMatching(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(await this.line());
      if (found !== null) {
        return found[1] ?? found[0];
      }
    }
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return;
    }
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill(signal);
    await ended;
  }
}
