/** Headers in their order, as Node and undici take them: name, value, name, value. Names are in any case. */
export type HeaderList = readonly string[];

/** Names of MCP's own headers, as Node spells them. */
export const HEADER = {
  sessionId: 'mcp-session-id',
  protocolVersion: 'mcp-protocol-version',
  method: 'mcp-method',
  /** Not MCP's: the id that the logs of several services share for one request. */
  requestId: 'x-request-id',
} as const;

/** The first value of a header; `name` is in lower case. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) if (isNamed(headers[i] as string, name)) return headers[i + 1];
  return undefined;
}

/** All values of a header, in their order; `name` is in lower case. */
export function headerValues(headers: HeaderList, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (isNamed(headers[i] as string, name)) values.push(headers[i + 1] as string);
  }
  return values;
}

/** The lengths first, because lowering the case of each name of each message costs more than all else here. */
const isNamed = (each: string, name: string): boolean => each.length === name.length && each.toLowerCase() === name;

/** The list without the headers for which `isLeftOut` returns true. `isLeftOut` gets names in lower case. */
export const withoutHeaders = (headers: HeaderList, isLeftOut: (name: string) => boolean): string[] =>
  headers.filter((_, index) => !isLeftOut((headers[index - (index % 2)] as string).toLowerCase()));

/** The list with mapped values. `map` gets names in lower case. */
export const mapHeaders = (headers: HeaderList, map: (name: string, value: string) => string): string[] =>
  headers.map((each, index) => (index % 2 === 0 ? each : map((headers[index - 1] as string).toLowerCase(), each)));

/** These headers describe one connection, not the message (RFC 9110 §7.6.1), so they end at each hop. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Every recipient of the message needs these headers, so `Connection` cannot name them (RFC 9110 §7.6.1). */
const END_TO_END = /^(host|accept|cache-control|content-.*|last-event-id|mcp-.*)$/;

/** Names whose result is remembered, so that clients cannot fill the memory with invented ones. */
const MAX_NAMES = 1_000;
const MAX_NAME_LENGTH = 64;

/**
 * Makes the filter of one direction: it returns the flat list without the headers of the connection and without those
 * for which `endsHere` returns true (names in lower case). The result for a name is remembered, because most messages
 * have the same names.
 */
export function nextHopFilter(
  endsHere: (key: string) => boolean,
): (raw: HeaderList, connection: string | undefined) => string[] {
  const known = new Map<string, boolean>();
  function ends(name: string): boolean {
    const before = known.get(name);
    if (before !== undefined) return before;
    const key = name.toLowerCase();
    const result = HOP_BY_HOP.has(key) || endsHere(key);
    if (known.size < MAX_NAMES && name.length <= MAX_NAME_LENGTH) known.set(name, result);
    return result;
  }
  return (raw, connection) => {
    const named = connectionNamed(connection);
    const outgoing: string[] = [];
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const name = raw[i] as string;
      if (ends(name) || named?.has(name.toLowerCase())) continue;
      outgoing.push(name, raw[i + 1] as string);
    }
    return outgoing;
  };
}

const withoutConnection = nextHopFilter(() => false);

/** The headers of a message for the next hop, as a flat list in its order: all except those of the connection. */
export const endToEndHeaders = (raw: HeaderList): string[] => withoutConnection(raw, connectionOf(raw));

/** The values of all `Connection` headers of a flat list, joined. */
export const connectionOf = (raw: HeaderList): string => headerValues(raw, 'connection').join(',');

/** The headers that `Connection` names; undefined for the values that name none, which nearly all messages have. */
function connectionNamed(connection: string | undefined): Set<string> | undefined {
  if (!connection || connection === 'keep-alive' || connection === 'close') return undefined;
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => !END_TO_END.test(name)));
}
