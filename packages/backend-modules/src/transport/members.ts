import { InvalidAnswerError } from "@countersign/common";

/** The members of a JSON object that was answered, each read with a check. */
export class Members {
  readonly #call: string;
  readonly #object: Readonly<Record<string, unknown>>;

  /** @throws InvalidAnswerError - it is no object */
  constructor(call: string, body: unknown) {
    this.#call = call;
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      throw new InvalidAnswerError(`${call}: the answer is not a JSON object`);
    }
    this.#object = body as Record<string, unknown>;
  }

  /** All of them, as they came. */
  get all(): Readonly<Record<string, unknown>> {
    return this.#object;
  }

  /** A text that must be there. */
  text(name: string): string {
    const value = this.#object[name];
    return typeof value === "string" ? value : this.#missing(`text ${name}`);
  }

  /** A number of seconds that must be there. */
  seconds(name: string): number {
    const value = this.#object[name];
    return typeof value === "number" && value >= 0 ? value : this.#missing(`number ${name}`);
  }

  /** `true` or `false`, which must be there. */
  boolean(name: string): boolean {
    const value = this.#object[name];
    return typeof value === "boolean" ? value : this.#missing(`boolean ${name}`);
  }

  /** A list that must be there. */
  list(name: string): readonly unknown[] {
    const value = this.#object[name];
    return Array.isArray(value) ? (value as unknown[]) : this.#missing(`list ${name}`);
  }

  /** A text that may be absent or `null`, under its name; else nothing, so that the result can be spread. */
  maybeText<N extends string>(name: N): Partial<Record<N, string>> {
    return this.#maybe(name, () => this.text(name));
  }

  /** The same with a number of seconds. */
  maybeSeconds<N extends string>(name: N): Partial<Record<N, number>> {
    return this.#maybe(name, () => this.seconds(name));
  }

  #maybe<N extends string, T>(name: N, read: () => T): Partial<Record<N, T>> {
    const absent = (this.#object[name] ?? undefined) === undefined;
    return (absent ? {} : { [name]: read() }) as Partial<Record<N, T>>;
  }

  #missing(what: string): never {
    throw new InvalidAnswerError(`${this.#call}: the answer has no ${what}`);
  }
}
