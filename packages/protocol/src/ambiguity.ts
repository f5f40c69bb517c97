import { parseMessage } from './json-rpc.js';

/** The members by which a message is understood (JSON-RPC 2.0 §4, MCP `params` of calls). */
const MEMBERS = new Set(['jsonrpc', 'id', 'method', 'params', 'name', 'arguments', 'uri']);

/**
 * Whether parsers may read the JSON text of a message, or of a batch, in different ways: a member that is there twice
 * (RFC 8259 §4), or one that a parser which ignores case takes for a member of JSON-RPC. A step that permits a message by
 * what it says must refuse such a text, because the server may read another message. The text must be valid JSON.
 */
export const isAmbiguous = (text: string): boolean => hasTwins(text) || [parseMessage(text)].flat().some(hasOddMember);

function hasOddMember(message: unknown): boolean {
  if (!isObject(message)) return false;
  const names = [...Object.keys(message), ...(isObject(message['params']) ? Object.keys(message['params']) : [])];
  return names.some((name) => !MEMBERS.has(name) && MEMBERS.has(folded(name)));
}

/** As parsers of Go fold: they take `ſ` for `s`. */
const folded = (name: string) => name.toUpperCase().toLowerCase();

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether an object anywhere in valid JSON has two members of one name. A scanner, because a megabyte must take milliseconds. */
function hasTwins(text: string): boolean {
  /** The names in each open object; null for an open list. */
  const open: (Set<string> | null)[] = [];
  let last: [from: number, to: number] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at] ?? '') {
      case '"': {
        const end = endOfString(text, at);
        last = [at, end];
        at = end;
        break;
      }
      case '{':
        open.push(new Set());
        break;
      case '[':
        open.push(null);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ':': {
        const [from, to] = last;
        const raw = text.slice(from + 1, to);
        const name = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
        const names = open.at(-1);
        if (names?.has(name)) return true;
        names?.add(name);
      }
    }
  }
  return false;
}

/** The index of the closing quote of the string that begins at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    at = text.indexOf('"', at);
    let escapes = 0;
    while (text[at - 1 - escapes] === '\\') escapes += 1;
    if (at === -1 || escapes % 2 === 0) return at === -1 ? text.length : at;
    at += 1;
  }
}
