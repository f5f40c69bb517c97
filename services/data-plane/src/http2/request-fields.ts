export interface RequestFields {
  method: string;
  path: string;
  /** A flat list. */
  headers: string[];
}

/**
 * Speaks of the connection to whoever is next, as all that HTTP/2 leaves to say so (RFC 9110 §7.6.1). Node throws when it is on
 * a message without chunks.
 */
const OF_CONNECTION = 'trailer';

/** The request line and the headers of HTTP/1.1 for those of HTTP/2, which come as a flat list (RFC 9113 §8.3.1). */
export function requestFields(raw: readonly string[], { hasBody }: { hasBody: boolean }): RequestFields {
  const pseudo = new Map<string, string>();
  const headers: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    if (name.startsWith(':')) pseudo.set(name, value);
    else if (name !== OF_CONNECTION) headers.push(name, value);
  }
  const has = (name: string) => headers.some((each, i) => i % 2 === 0 && each === name);
  const method = pseudo.get(':method') ?? 'GET';
  const authority = pseudo.get(':authority');
  if (authority !== undefined) replaceHost(headers, authority);
  if (hasBody && !has('content-length')) headers.push('transfer-encoding', 'chunked');
  if (!hasBody && method === 'POST' && !has('content-length')) headers.push('content-length', '0');
  return { method, path: pseudo.get(':path') ?? '/', headers };
}

/** `:authority` counts, whatever `host` says. */
function replaceHost(headers: string[], authority: string): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) if (headers[i] === 'host') headers.splice(i, 2);
  headers.unshift('host', authority);
}
