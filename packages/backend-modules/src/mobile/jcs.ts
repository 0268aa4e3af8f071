/**
 * The canonical text of a JSON value (RFC 8785): members in the order of their UTF-16 code units, which is how JavaScript
 * sorts, and numbers and texts as JavaScript writes them.
 */
export function canonicalize(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalize).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalize(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}
