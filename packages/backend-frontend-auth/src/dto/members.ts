import { invalidRequest } from "../refusals.js";

/**
 * The members of a JSON body, each read with a check. What is not read is ignored: phones and older front ends send more.
 *
 * @throws BadRequestException `invalid_request`, naming the member.
 */
export class Members {
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      throw invalidRequest("the body is no JSON object");
    }
    this.#members = body as Record<string, unknown>;
  }

  /** A text that is not empty and has no more than so many characters. */
  text(name: string, longest: number): string {
    const value = this.#members[name];
    if (typeof value !== "string" || value.trim() === "" || value.length > longest) {
      throw invalidRequest(`${name} must be a text of 1 to ${longest} characters`);
    }
    return value;
  }

  /** The same, if it is there; `null` counts as absent. */
  optionalText(name: string, longest: number): string | undefined {
    return this.#isAbsent(name) ? undefined : this.text(name, longest);
  }

  /** One of these words. */
  word<W extends string>(name: string, words: readonly W[]): W {
    const word = words.find((known) => known === this.#members[name]);
    if (word === undefined) {
      throw invalidRequest(`${name} must be ${words.join(" or ")}`);
    }
    return word;
  }

  /** The same, if it is there. */
  optionalWord<W extends string>(name: string, words: readonly W[]): W | undefined {
    return this.#isAbsent(name) ? undefined : this.word(name, words);
  }

  /** A whole number from 0, if it is there. */
  optionalCount(name: string): number | undefined {
    const value = this.#members[name];
    if (this.#isAbsent(name) || (Number.isSafeInteger(value) && (value as number) >= 0)) {
      return (value as number | null | undefined) ?? undefined;
    }
    throw invalidRequest(`${name} must be a whole number from 0`);
  }

  /** Whether a switch is on; absent is off. */
  isSet(name: string): boolean {
    const value = this.#members[name];
    if (!this.#isAbsent(name) && typeof value !== "boolean") {
      throw invalidRequest(`${name} must be true or false`);
    }
    return value === true;
  }

  #isAbsent(name: string): boolean {
    return this.#members[name] === undefined || this.#members[name] === null;
  }
}
