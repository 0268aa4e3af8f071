import { CountersignError, type Advice } from "@countersign/common";

/** `device.yml` cannot be used. The message names the file and, where there is one, the line and the key. */
export class ConfigError extends CountersignError {
  override readonly name = "ConfigError";
  readonly code = "ERR_CONFIG";
  readonly advice: Advice = { kind: "misuse" };

  constructor(
    readonly file: string,
    /** From 1. */
    readonly line: number | undefined,
    readonly key: string | undefined,
    problem: string,
  ) {
    const place = line === undefined ? file : `${file}:${line}`;
    super(`${place}: ${key === undefined ? "" : `\`${key}\` `}${problem}`);
  }
}
