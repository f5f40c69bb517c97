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
  const at = headers.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}

/** All values of a header, in their order; `name` is in lower case. */
export const headerValues = (headers: HeaderList, name: string): string[] =>
  headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name);

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

/** The headers of a message for the next hop, as a flat list in its order: all except those of the connection. */
export const endToEndHeaders = (raw: HeaderList): string[] => nextHopHeaders(raw, connectionOf(raw), () => false);

/**
 * The flat list without the headers of the connection and without those for which `endsHere` returns true (names in
 * lower case).
 */
export function nextHopHeaders(
  raw: HeaderList,
  connection: string | undefined,
  endsHere: (key: string) => boolean,
): string[] {
  const named = connectionNamed(connection);
  const outgoing: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || named.has(key) || endsHere(key)) continue;
    outgoing.push(name, raw[i + 1] as string);
  }
  return outgoing;
}

/** The values of all `Connection` headers of a flat list, joined. */
export const connectionOf = (raw: HeaderList): string => headerValues(raw, 'connection').join(',');

function connectionNamed(connection: string | undefined): Set<string> {
  const names = connection?.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names?.filter((name) => !END_TO_END.test(name)));
}
