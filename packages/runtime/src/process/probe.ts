import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { localhostOrigin } from '@mcp-gateway/platform/serving';
import { buildConnector, Client, type Dispatcher } from 'undici';
import { isClientRefusal, isMissingHealthPath, WITHOUT_CERTIFICATE } from '../health.js';
import type { Workload } from '../workload.js';

type Check = Pick<Workload, 'healthType' | 'healthPath' | 'path' | 'tls'>;

/** The loopback addresses, in the order of trial. */
const LOOPBACK = ['127.0.0.1', '[::1]'] as const;
export type Loopback = (typeof LOOPBACK)[number];

interface Verdict {
  healthy: boolean;
  /** Set when the health endpoint does not exist, so that an open port counts as healthy. */
  note: string | null;
  /** Why it is not healthy. */
  message: string | null;
  /** A quote from the answer, to append to note or message; may differ each time. */
  quote: string;
}

export interface ProbeResult extends Verdict {
  /** The address on which something listens; null when nothing listens. */
  host: Loopback | null;
}

const TIMEOUT_MS = 1_000;
/** Errors when nothing listens on the address, or when the machine has no such address. */
const NOTHING_LISTENS = new Set(['ECONNREFUSED', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH']);
const PING = JSON.stringify({ jsonrpc: '2.0', id: 'health-check', method: 'ping' });

/**
 * Probes the replica on this port once, by the health check of the spec.
 * @param known the address on which it listened before; without it, both loopback addresses are tried
 */
export async function probe(port: number, check: Check, known: Loopback | null = null): Promise<ProbeResult> {
  for (const host of known ? [known] : LOOPBACK) {
    const verdict = await probeAt(host, port, check);
    if (verdict) return { ...verdict, host };
  }
  return { ...failed(`${requestOf(check)} fails: nothing listens on PORT yet`), host: null };
}

/** Null when nothing listens on the address. */
async function probeAt(host: Loopback, port: number, check: Check): Promise<Verdict | null> {
  // A new client for each probe: the next probe may meet another process on this port. A proxy of the environment does not apply.
  const { origin, lookup } = localhostOrigin(`${check.tls ? 'https' : 'http'}://${host}:${port}`);
  // As the kubelet does, a probe takes any certificate: who trusts which one is for the data plane to say.
  const connector = buildConnector({ ...(lookup && { lookup }), allowH2: false, rejectUnauthorized: false });
  const client = new Client(origin, { connect: check.tls ? withAlerts(connector) : connector, allowH2: false });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    switch (check.healthType) {
      case 'tcp':
        return await opens(host, port, signal);
      case 'mcp':
        return await answersMcp(client, check.path, signal);
      default:
        return await answersHttp(client, check, signal);
    }
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    if (NOTHING_LISTENS.has(code ?? '')) return null;
    if (check.healthType === undefined && code !== undefined && isClientRefusal(code)) {
      return { ...passed(), note: `GET ${check.healthPath} ${WITHOUT_CERTIFICATE}` };
    }
    const late = name === 'TimeoutError' || name === 'AbortError' || code?.includes('TIMEOUT');
    return failed(`${requestOf(check)} fails: ${late ? `no answer within ${TIMEOUT_MS} ms` : reasonOf(code, message)}`);
  } finally {
    client.destroy().catch(() => {});
  }
}

/** undici takes the alert of a server that refuses this side for the end of the connection, unless it closes at once. */
const withAlerts =
  (connector: buildConnector.connector): buildConnector.connector =>
  (options, callback) =>
    connector(options, (...result) => {
      const [, socket] = result;
      socket?.once('error', (error) => void socket.destroy(error));
      callback(...result);
    });

async function opens(host: Loopback, port: number, signal: AbortSignal): Promise<Verdict> {
  const socket = connect({ port, host: host.replaceAll(/[[\]]/g, '') });
  try {
    await once(socket, 'connect', { signal });
    return passed();
  } finally {
    socket.destroy();
  }
}

async function answersHttp(client: Client, { healthType, healthPath }: Check, signal: AbortSignal): Promise<Verdict> {
  const { statusCode, headers, body } = await client.request({ ...WITHIN, method: 'GET', path: healthPath, signal });
  if (statusCode >= 200 && statusCode < 300) return passed();
  const quote = quoteOf(headers['content-type'], await readBeginning(body));
  const answer = `GET ${healthPath} answers ${statusCode}`;
  if (healthType === undefined && isMissingHealthPath(statusCode, healthPath))
    return { ...passed(), note: answer, quote };
  return failed(answer, quote);
}

/** Without a session the server answers with a JSON-RPC error, which proves MCP. An `initialize` for each probe would fill it with sessions. */
async function answersMcp(client: Client, path: string, signal: AbortSignal, redirects = 1): Promise<Verdict> {
  const accepts = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const post = { ...WITHIN, method: 'POST' as const, path, headers: accepts, body: PING, signal };
  const { statusCode, headers, body } = await client.request(post);
  const target = statusCode === 307 || statusCode === 308 ? pathOf(path, headers['location']) : undefined;
  if (target !== undefined && redirects > 0) return answersMcp(client, target, signal, redirects - 1);
  const text = await readBeginning(body, '"jsonrpc"');
  if (statusCode < 500 && (text.includes('"jsonrpc"') || statusCode === 202)) return passed();
  return failed(`POST ${path} answers ${statusCode}`, `${quoteOf(headers['content-type'], text)}, which is not MCP`);
}

const pathOf = (from: string, location: string | string[] | undefined): string | undefined =>
  typeof location === 'string' ? URL.parse(location, `http://server${from}`)?.pathname : undefined;

const WITHIN = {
  headersTimeout: TIMEOUT_MS,
  bodyTimeout: TIMEOUT_MS,
  reset: true,
} satisfies Partial<Dispatcher.RequestOptions>;

/** OpenSSL's own messages name lines of its source. */
const reasonOf = (code: string | undefined, message: string): string =>
  code?.startsWith('ERR_SSL_')
    ? `TLS fails: ${code.slice('ERR_SSL_'.length).replaceAll('_', ' ').toLowerCase()}`
    : message;

const requestOf = ({ healthType, healthPath, path }: Check): string =>
  healthType === 'tcp' ? 'The connection' : healthType === 'mcp' ? `POST ${path}` : `GET ${healthPath}`;
const passed = (): Verdict => ({ healthy: true, note: null, message: null, quote: '' });
const failed = (message: string, quote = ''): Verdict => ({ healthy: false, note: null, message, quote });

const READ_CHARACTERS = 4_096;
const QUOTED_CHARACTERS = 240;

/** The beginning of a body: up to 4,096 characters or to `until`; of a body that stalls, what has arrived. */
async function readBeginning(body: Readable, until?: string): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk;
      if (text.length >= READ_CHARACTERS || (until !== undefined && text.includes(until))) break;
    }
  } catch {
    // The probe timed out, or the connection broke.
  }
  return text.slice(0, READ_CHARACTERS);
}

/** The text as ` "…"` on one line, for a message; empty for an empty body and for HTML. */
function quoteOf(contentType: string | string[] | undefined, text: string): string {
  if (String(contentType).includes('html')) return '';
  const line = text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (line === '') return '';
  return ` "${line.length > QUOTED_CHARACTERS ? `${line.slice(0, QUOTED_CHARACTERS)}…` : line}"`;
}
