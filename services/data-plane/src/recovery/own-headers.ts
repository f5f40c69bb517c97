/**
 * They speak of the request that they came with: of its message, its body, or what was wanted of its answer (RFC 9110 §8, §13,
 * §14; RFC 9530; MCP 2025-11-25, transports).
 */
const OF_ONE_REQUEST =
  /^(?:accept|accept-encoding|content-.*|if-.*|mcp-.*|(?:want-)?(?:content-|repr-)?digest|last-event-id|range|idempotency-key|signature|signature-input)$/;

/** They speak of a body. */
const OF_A_BODY = /^(?:content-.*|(?:repr-)?digest)$/;

/** For a message of the gateway's own within a session: what the client sends with each of its requests, as a flat list. */
export const ownHeaders = (flat: readonly string[]): string[] => without(flat, (name) => OF_ONE_REQUEST.test(name));

/** For the same request, sent again without its body. */
export const withoutBody = (flat: readonly string[]): string[] => without(flat, (name) => OF_A_BODY.test(name));

/** The flat list without some of the headers, by their names in lower case. */
export const without = (flat: readonly string[], isLeftOut: (name: string) => boolean): string[] =>
  flat.filter((_, index) => !isLeftOut((flat[index - (index % 2)] as string).toLowerCase()));

/** The first one of the name, which is in lower case. */
export function headerOf(flat: readonly string[], name: string): string | undefined {
  const at = flat.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
  return at < 0 ? undefined : flat[at + 1];
}
