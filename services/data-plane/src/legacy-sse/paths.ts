/**
 * Where messages go, on the server: what its endpoint event says, without a host, as it is the one that said so.
 * @throws TypeError when that is no URL of HTTP
 */
export function messagesPath(uri: string, base: string): string {
  const { protocol, pathname, search } = new URL(uri, base);
  if (!/^https?:$/.test(protocol)) throw new TypeError(`messages cannot be sent by ${protocol}`);
  return pathname + search;
}

export const messagesUrl = (adapter: string, sealedId: string): string =>
  `/adapters/${adapter}/messages?sessionId=${sealedId}`;

/** The id in the query of such a URL. */
export const sealedIdOf = (query: string): string => new URLSearchParams(query).get('sessionId') ?? '';
