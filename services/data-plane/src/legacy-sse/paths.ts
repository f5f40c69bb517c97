/**
 * The path for messages on the server, from its endpoint event. The host is dropped: messages go to the server that
 * sent the event.
 * @throws TypeError when the event has no HTTP URL
 */
export function messagesPath(uri: string, base: string): string {
  const { protocol, pathname, search } = new URL(uri, base);
  if (!/^https?:$/.test(protocol)) throw new TypeError(`messages cannot be sent by ${protocol}`);
  return pathname + search;
}

export const messagesUrl = (adapter: string, sealedId: string): string =>
  `/adapters/${adapter}/messages?sessionId=${sealedId}`;

/** The sealed id in the query of such a URL. */
export const sealedIdOf = (query: string): string => new URLSearchParams(query).get('sessionId') ?? '';
