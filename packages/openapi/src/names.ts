import { createHash } from 'node:crypto';

/** Characters of an id that its name is made of. */
const MAX_ID_CHARS = 256;
const MAX_TOOL_CHARS = 63;
const MAX_ARGUMENT_CHARS = 64;
const HASH_CHARS = 6;

/**
 * The name of an operation among the tools of its source, of `[A-Za-z0-9_-]`. A name that is too long, or that another
 * operation has, ends with `_` and six hexadecimal digits of the SHA-256 of what it was made of.
 * @param id the `operationId`, or method and path
 */
export function toolName(id: string, taken: ReadonlySet<string>): string {
  const plain = id.slice(0, MAX_ID_CHARS).replace(/[^A-Za-z0-9_-]+/g, '_');
  const name = withoutEnds(plain, '_') || 'operation';
  if (name.length <= MAX_TOOL_CHARS && id.length <= MAX_ID_CHARS && !taken.has(name)) return name;
  for (let number = 1; ; number += 1) {
    const made = number === 1 ? id : `${id} ${number}`;
    const hash = createHash('sha256').update(made).digest('hex').slice(0, HASH_CHARS);
    const other = `${name.slice(0, MAX_TOOL_CHARS - HASH_CHARS - 1)}_${hash}`;
    if (!taken.has(other)) return other;
  }
}

/** The text without this character at its ends. In linear time, unlike a regular expression for the end. */
function withoutEnds(text: string, char: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === char) start += 1;
  while (end > start && text[end - 1] === char) end -= 1;
  return text.slice(start, end);
}

/** The name of an argument: what every model may write, and no other argument has. @param where follows a name that is taken */
export function argumentName(name: string, where: string, taken: ReadonlySet<string>): string {
  const base = name.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, MAX_ARGUMENT_CHARS);
  if (base !== '__proto__' && !taken.has(base)) return base;
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? `_${where}` : `_${where}_${number}`;
    const other = base.slice(0, MAX_ARGUMENT_CHARS - suffix.length) + suffix;
    if (!taken.has(other)) return other;
  }
}
