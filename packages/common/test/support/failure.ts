import { expect } from "vitest";

/** What a promise was rejected with, which must be of this kind. */
export async function failure<T extends Error>(
  kind: abstract new (...args: never[]) => T,
  promise: Promise<unknown>,
): Promise<T> {
  const error = await promise.then(
    (value) => expect.fail(`it should not have worked: ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(kind);
  return error as T;
}
