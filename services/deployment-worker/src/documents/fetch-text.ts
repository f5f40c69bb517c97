import type { Readable } from 'node:stream';
import type { Egress } from '@mcp-gateway/platform/egress';
import { Client, type Dispatcher } from 'undici';
import { connectorTo, failureOf, locationOf } from '../remote/check.js';

/** Why a server gives no document, in words that follow "the document at /path". They quote nothing of the answer. */
export class NotRead extends Error {
  override readonly name = 'NotRead';
}

/** Where a document is. */
export interface TextSource {
  url: string;
  headers: Record<string, string>;
  /** A caller has chosen the server, so the gateway connects only where the operator permits it. */
  isRemote: boolean;
}

const WITHIN_MS = 10_000;
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_REDIRECTS = 3;
const ACCEPT = 'application/json, application/yaml;q=0.9, text/yaml;q=0.9, */*;q=0.5';

/**
 * Reads a text, in bounded time and size, without a credential. A redirect is followed at the same origin only.
 * @throws NotRead
 */
export async function fetchText(source: TextSource, egress: Egress): Promise<string> {
  const { origin, pathname, search } = new URL(source.url);
  const connect = source.isRemote ? connectorTo({ tls: undefined }, egress) : { timeout: WITHIN_MS };
  const client = new Client(origin, { connect, allowH2: false, pipelining: 1 });
  const signal = AbortSignal.timeout(WITHIN_MS);
  try {
    let path = pathname + search;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const headers = { ...source.headers, accept: ACCEPT, 'accept-encoding': 'identity' };
      const answer = await client.request({ method: 'GET', path, headers, signal });
      const to = redirectIn(answer, new URL(path, origin));
      if (to === undefined) return await textOf(answer);
      discard(answer.body);
      path = to;
    }
    throw new NotRead('is redirected again and again');
  } catch (error) {
    throw error instanceof NotRead ? error : unreachable(error as NodeJS.ErrnoException, source);
  } finally {
    client.destroy().catch(() => {});
  }
}

/** The path that a redirect leads to; undefined for another answer. */
function redirectIn({ statusCode, headers, body }: Dispatcher.ResponseData, base: URL): string | undefined {
  if (statusCode < 301 || statusCode > 308 || statusCode === 304) return undefined;
  const to = locationOf(headers, base);
  if (to?.origin === base.origin) return to.pathname + to.search;
  discard(body);
  const where = to ? `to ${to.origin}, which is another server` : 'to an invalid URL';
  throw new NotRead(`is redirected ${where}; send the document in source.document`);
}

async function textOf({ statusCode: status, headers, body }: Dispatcher.ResponseData): Promise<string> {
  if (status !== 200 || headers['content-encoding'] || Number(headers['content-length']) > MAX_BYTES) discard(body);
  if (status === 401 || status === 403) {
    throw new NotRead(
      `is answered with ${status}, because the gateway asks without a credential; send it in source.document`,
    );
  }
  if (status !== 200) throw new NotRead(`is answered with ${status}`);
  if (headers['content-encoding']) throw new NotRead('is compressed, although the gateway asks for no compression');
  const chunks: Buffer[] = [];
  let bytes = Number(headers['content-length'] ?? 0);
  if (bytes <= MAX_BYTES) {
    bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) break; // leaving the loop destroys the body
      chunks.push(chunk);
    }
  }
  if (bytes > MAX_BYTES) throw new NotRead(`has more than ${MAX_BYTES} bytes`);
  const text = Buffer.concat(chunks).toString('utf8');
  if (/^\s*</.test(text)) throw new NotRead('is a web page or XML; it has to be OpenAPI in JSON or YAML');
  return text;
}

function discard(body: Readable): void {
  body.on('error', () => {}).destroy();
}

function unreachable(error: NodeJS.ErrnoException, { url, isRemote }: TextSource): NotRead {
  const why = isRemote
    ? failureOf(error, { tls: undefined, remote: { url } }).message.replace(/\.( It tries again\.)?$/, '')
    : `no replica answers within ${WITHIN_MS / 1000} s, or the answer breaks off`;
  return new NotRead(`cannot be read: ${why}`, { cause: error });
}
