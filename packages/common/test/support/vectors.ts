import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of `vectors/` at the root of the repository. */
export function vectors(path: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, "../../../../vectors", path), "utf8"));
}
