import type { ArgumentAudit } from '@mcp-gateway/common/contracts';

/** Bounds of what is recorded of one call. */
const MAX = {
  /** Of the whole text, in characters. */
  text: 4_096,
  /** Of each text within, in characters. */
  value: 512,
  depth: 16,
  /** Members and entries, of objects and lists together. */
  entries: 1_000,
};

const REDACTED = '[redacted]';
const CUT = '[cut]';

/** Names of properties that are redacted whatever the adapter says. */
const SECRET =
  /pass(word|wd|phrase|code)|^pwd$|access[-_ ]?key|secret|token|api[-_ ]?key|private[-_ ]?key|credential|authorization|cookie/i;
/** Longer names are not looked at, and redacted. */
const MAX_NAME = 256;

interface Redaction {
  names: ReadonlySet<string>;
  pointers: ReadonlySet<string>;
}

/** By the settings of a route, which keeps them until it is read again. */
const redactions = new WeakMap<ArgumentAudit, Redaction>();

/** Whether the calls of a tool are recorded with their arguments. */
export const recordsArguments = ({ tools }: ArgumentAudit, tool: string): boolean =>
  tools.includes('*') || tools.includes(tool);

/** The arguments of a call for its record: as JSON, redacted, at most 4,096 characters long. */
export function recordedArguments(given: unknown, settings: ArgumentAudit): string {
  let redaction = redactions.get(settings);
  if (!redaction) redactions.set(settings, (redaction = redactionOf(settings)));
  const text = JSON.stringify(new Copy(redaction).of(given, '', 0)) ?? 'null';
  return text.length > MAX.text ? `${text.slice(0, MAX.text - CUT.length)}${CUT}` : text;
}

const redactionOf = ({ redact }: ArgumentAudit): Redaction => ({
  names: new Set(redact.filter((each) => !each.startsWith('/')).map((name) => name.toLowerCase())),
  pointers: new Set(redact.filter((each) => each.startsWith('/'))),
});

/** Copies a value of JSON without what is redacted; work and result are bounded. */
class Copy {
  #entriesLeft = MAX.entries;
  constructor(private readonly redaction: Redaction) {}

  /** @param pointer RFC 6901: where the value is */
  of(value: unknown, pointer: string, depth: number): unknown {
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'string') return value.length > MAX.value ? `${value.slice(0, MAX.value)}${CUT}` : value;
    if (typeof value !== 'object' || value === null) return value;
    if (depth === MAX.depth) return CUT;
    if (Array.isArray(value))
      return this.#some(value.entries(), (at, each) => this.#member(String(at), each, pointer, depth));
    const members = this.#some(Object.entries(value).values(), (name, each): [string, unknown] => [
      name,
      this.#isSecret(name) ? REDACTED : this.#member(name, each, pointer, depth),
    ]);
    return Object.fromEntries(members); // defines members, so that `__proto__` is one like all others
  }

  #some<Key, Result>(entries: Iterable<[Key, unknown]>, copy: (key: Key, value: unknown) => Result): Result[] {
    const copied: Result[] = [];
    for (const [key, value] of entries) {
      this.#entriesLeft -= 1;
      if (this.#entriesLeft < 0) break;
      copied.push(copy(key, value));
    }
    return copied;
  }

  #member(name: string, value: unknown, pointer: string, depth: number): unknown {
    const { pointers } = this.redaction;
    if (pointers.size === 0) return this.of(value, pointer, depth + 1);
    const place = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return pointers.has(place) ? REDACTED : this.of(value, place, depth + 1);
  }

  #isSecret(name: string): boolean {
    return name.length > MAX_NAME || SECRET.test(name) || this.redaction.names.has(name.toLowerCase());
  }
}
