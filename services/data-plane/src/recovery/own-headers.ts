/** They speak of the request that they came with. */
const OF_ONE_REQUEST = new Set([
  'accept',
  'accept-encoding',
  'content-length',
  'content-type',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
]);

/** For a message of the gateway's own within a session: what the client sends with each of its requests, as a flat list. */
export const ownHeaders = (flat: readonly string[]): string[] => without(flat, OF_ONE_REQUEST);

/** The flat list without the headers that have one of the names, which are in lower case. */
export const without = (flat: readonly string[], names: ReadonlySet<string>): string[] =>
  flat.filter((_, index) => !names.has((flat[index - (index % 2)] as string).toLowerCase()));

export const hasHeader = (flat: readonly string[], name: string): boolean =>
  flat.some((each, index) => index % 2 === 0 && each.toLowerCase() === name);
