import { EnvHttpProxyAgent, fetch } from 'undici';

const ANSWER_MS = 5_000;
const MAX_BYTES = 512 * 1024;

/** Reads a JSON document of an issuer. */
export type FetchJson = (url: string) => Promise<unknown>;

/**
 * Reads through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, and follows no redirect. A certificate
 * may also be signed by an authority of `NODE_EXTRA_CA_CERTS`.
 * @throws Error when the document does not come whole within five seconds, or is larger than 512 KiB
 */
export function jsonFetcher(): FetchJson {
  const dispatcher = new EnvHttpProxyAgent({ connections: 2, keepAliveTimeout: 10, keepAliveMaxTimeout: 10 });
  return async (url) => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(url, {
      dispatcher,
      signal,
      redirect: 'error',
      headers: { accept: 'application/json' },
    });
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body ?? []) {
      bytes += part.length;
      if (bytes > MAX_BYTES) throw new Error(`${url} answers with more than ${MAX_BYTES} bytes`);
      parts.push(part);
    }
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  };
}
