import { EnvHttpProxyAgent, fetch } from 'undici';

const ANSWER_MS = 5_000;
const MAX_BYTES = 512 * 1024;

/** What an issuer answers. */
export interface IssuerAnswer {
  status: number;
  contentType: string;
  text: string;
}

/** A request to an issuer; default: GET. */
export interface IssuerRequest {
  method?: 'POST' | undefined;
  headers: Record<string, string>;
  body?: string | undefined;
}

/** @throws Error when the answer does not come whole within five seconds, or is larger than 512 KiB */
export type CallIssuer = (url: string, request: IssuerRequest) => Promise<IssuerAnswer>;

/** Reads a JSON document of an issuer. */
export type FetchJson = (url: string) => Promise<unknown>;

/**
 * Calls through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, and follows no redirect. A certificate
 * may also be signed by an authority of `NODE_EXTRA_CA_CERTS`.
 * @param keepAliveMs how long a connection waits for the next call
 */
export function issuerCaller({ connections = 2, keepAliveMs = 10 } = {}): CallIssuer {
  const dispatcher = new EnvHttpProxyAgent({
    connections,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
  });
  return async (url, { method = 'GET', headers, body = null }) => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(url, { dispatcher, signal, redirect: 'error', method, headers, body });
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body ?? []) {
      bytes += part.length;
      if (bytes > MAX_BYTES) throw new Error(`${url} answers with more than ${MAX_BYTES} bytes`);
      parts.push(part);
    }
    const contentType = response.headers.get('content-type') ?? '';
    return { status: response.status, contentType, text: Buffer.concat(parts).toString('utf8') };
  };
}

/** Reads documents as `issuerCaller` calls. */
export function jsonFetcher(): FetchJson {
  const call = issuerCaller();
  return async (url) => {
    const { status, text } = await call(url, { headers: { accept: 'application/json' } });
    if (status < 200 || status > 299) throw new Error(`${url} answers ${status}`);
    return JSON.parse(text);
  };
}
