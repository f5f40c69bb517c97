/** A part of a text: its first index and the one after its last. */
export type Span = readonly [from: number, to: number];

/**
 * Where the value at this path of member names stands in a valid JSON text; undefined when there is none. So one value of a message can
 * be replaced without writing the others anew, which would round their numbers.
 */
export function spanOf(text: string, path: readonly string[]): Span | undefined {
  let at: number | undefined = afterSpace(text, 0);
  for (const name of path) {
    at = memberOf(text, at, name);
    if (at === undefined) return undefined;
  }
  return [at, endOfValue(text, at)];
}

/** The text with other values in these places, which must not overlap. */
export function replaced(text: string, changes: readonly (readonly [span: Span | undefined, value: string])[]): string {
  let result = text;
  const inOrder = changes.flatMap(([span, value]) => (span ? [{ span, value }] : []));
  for (const { span, value } of inOrder.toSorted((a, b) => b.span[0] - a.span[0])) {
    result = result.slice(0, span[0]) + value + result.slice(span[1]);
  }
  return result;
}

/** The index of the value of the last member of this name, as JSON.parse chooses among several. */
function memberOf(text: string, from: number, name: string): number | undefined {
  if (text[from] !== '{') return undefined;
  let found: number | undefined;
  let at = afterSpace(text, from + 1);
  while (text[at] === '"') {
    const end = endOfString(text, at);
    const isNamed = JSON.parse(text.slice(at, end)) === name;
    const value = afterSpace(text, afterSpace(text, end) + 1); // after the colon
    if (isNamed) found = value;
    const next = afterSpace(text, endOfValue(text, value));
    if (text[next] !== ',') break;
    at = afterSpace(text, next + 1);
  }
  return found;
}

function endOfValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return endOfString(text, from);
  if (first !== '{' && first !== '[') return indexOf(/[\s,\]}]|$/g, text, from);
  let depth = 0;
  let at = from;
  do {
    at = indexOf(/["[\]{}]|$/g, text, at);
    if (text[at] === '"') at = endOfString(text, at);
    else {
      depth += text[at] === '{' || text[at] === '[' ? 1 : -1;
      at += 1;
    }
  } while (depth > 0 && at < text.length);
  return at;
}

/** The index after the closing quote of the string that begins at `from`. */
function endOfString(text: string, from: number): number {
  let at = from;
  for (;;) {
    at = text.indexOf('"', at + 1);
    let escapes = 0;
    while (text[at - 1 - escapes] === '\\') escapes += 1;
    if (at === -1) return text.length;
    if (escapes % 2 === 0) return at + 1;
  }
}

const afterSpace = (text: string, from: number): number => indexOf(/\S|$/g, text, from);

function indexOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
