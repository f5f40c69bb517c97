import { once } from 'node:events';
import { connect } from 'node:net';
import { localhostOrigin } from '@mcp-gateway/platform/serving';
import { Client, type Dispatcher } from 'undici';
import { isUnknownPath } from '../../health-path.js';
import type { Workload } from '../../workload.js';
import { beginningOf, quoted } from './quoted.js';

type Check = Pick<Workload, 'healthType' | 'healthPath' | 'path'>;

/** The addresses of this machine alone, in the order in which they are tried. */
const LOOPBACK = ['127.0.0.1', '[::1]'] as const;
export type Loopback = (typeof LOOPBACK)[number];

interface Verdict {
  healthy: boolean;
  /** Set when the health endpoint does not exist and an open port had to do. */
  note: string | null;
  /** Why it is not healthy. */
  message: string | null;
  /** What the server said with it, as it is added to note or message; may differ each time. */
  quote: string;
}

export interface ProbeResult extends Verdict {
  /** Where something listens, if it does. */
  host: Loopback | null;
}

const TIMEOUT_MS = 1_000;
/** Nothing listens at this address, or the machine has no such address. */
const NOBODY = new Set(['ECONNREFUSED', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH']);
const PING = JSON.stringify({ jsonrpc: '2.0', id: 'health-check', method: 'ping' });

/**
 * Asks the replica on this port once, in the way of the spec.
 * @param known where it was found before; otherwise it may listen on either loopback address
 */
export async function probe(port: number, check: Check, known: Loopback | null = null): Promise<ProbeResult> {
  for (const host of known ? [known] : LOOPBACK) {
    const verdict = await ask(host, port, check);
    if (verdict) return { ...verdict, host };
  }
  return { ...failed(`${asked(check)} fails: nothing listens on PORT yet`), host: null };
}

/** Null when nothing listens there. */
async function ask(host: Loopback, port: number, check: Check): Promise<Verdict | null> {
  // Of its own for each probe: the next one may meet another process on this port, and a proxy of the environment is not for it.
  const { origin, lookup } = localhostOrigin(`http://${host}:${port}`);
  const client = new Client(origin, { ...(lookup && { connect: { lookup } }) });
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
    if (NOBODY.has(code ?? '')) return null;
    const late = name === 'TimeoutError' || name === 'AbortError' || code?.includes('TIMEOUT');
    return failed(`${asked(check)} fails: ${late ? `no answer within ${TIMEOUT_MS} ms` : message}`);
  } finally {
    client.destroy().catch(() => {});
  }
}

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
  const quote = quoted(headers['content-type'], await beginningOf(body));
  const answer = `GET ${healthPath} answers ${statusCode}`;
  if (healthType === undefined && isUnknownPath(statusCode, healthPath)) return { ...passed(), note: answer, quote };
  return failed(answer, quote);
}

/** Without a session a server says no, but it says so in JSON-RPC. To initialize each time would fill it with sessions. */
async function answersMcp(client: Client, path: string, signal: AbortSignal, redirects = 1): Promise<Verdict> {
  const accepts = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const post = { ...WITHIN, method: 'POST' as const, path, headers: accepts, body: PING, signal };
  const { statusCode, headers, body } = await client.request(post);
  const target = statusCode === 307 || statusCode === 308 ? pathOf(path, headers['location']) : undefined;
  if (target !== undefined && redirects > 0) return answersMcp(client, target, signal, redirects - 1);
  const text = await beginningOf(body, '"jsonrpc"');
  if (statusCode < 500 && (text.includes('"jsonrpc"') || statusCode === 202)) return passed();
  return failed(`POST ${path} answers ${statusCode}`, `${quoted(headers['content-type'], text)}, which is not MCP`);
}

const pathOf = (from: string, location: string | string[] | undefined): string | undefined =>
  typeof location === 'string' ? URL.parse(location, `http://server${from}`)?.pathname : undefined;

const WITHIN = {
  headersTimeout: TIMEOUT_MS,
  bodyTimeout: TIMEOUT_MS,
  reset: true,
} satisfies Partial<Dispatcher.RequestOptions>;

const asked = ({ healthType, healthPath, path }: Check): string =>
  healthType === 'tcp' ? 'The connection' : healthType === 'mcp' ? `POST ${path}` : `GET ${healthPath}`;
const passed = (): Verdict => ({ healthy: true, note: null, message: null, quote: '' });
const failed = (message: string, quote = ''): Verdict => ({ healthy: false, note: null, message, quote });
