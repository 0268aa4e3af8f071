import { InvalidAnswerError } from "@countersign/common";

/** No answer of a provider is longer, in bytes. */
const LONGEST_ANSWER = 64 * 1024;

/**
 * Reads an answer to its end, and stops at 64 KiB: a hostile or broken peer may send without end.
 *
 * @throws InvalidAnswerError - it is longer
 */
export async function readBounded(name: string, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the stream, which closes the connection.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > LONGEST_ANSWER) {
      throw new InvalidAnswerError(`${name}: the answer is longer than ${LONGEST_ANSWER / 1024} KiB`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
