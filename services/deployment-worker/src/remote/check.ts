import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { RemoteServer, ServerTls } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { type Egress, EGRESS_CONNECT_MS, tlsFault } from '@mcp-gateway/platform/egress';
import { buildConnector, Client } from 'undici';

/** A server that runs elsewhere, as it is checked. */
export interface RemoteTarget {
  remote: RemoteServer;
  tls: ServerTls | undefined;
  /** An HTTP API is well if it answers GET. */
  speaks: 'mcp' | 'http';
  /** Requests have credentials, which a check has not. */
  hasCredential: boolean;
}

/** The result of one check, in the form of a condition. */
export interface RemoteCheck {
  answers: boolean;
  /** One CamelCase word. */
  reason: string;
  /** Sentences. No quote of the answer: a caller must not read by it what only the gateway can reach. */
  message: string;
}

const WITHIN_MS = 10_000;
const READ_BYTES = 64 * 1024;
/** Without a session, a server answers it in JSON-RPC at least with an error. An `initialize` for each check would fill it with sessions. */
const PING = JSON.stringify({ jsonrpc: '2.0', id: 'mcp-gateway-check', method: 'ping' });
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 'mcp-gateway-check',
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'mcp-gateway', version: '0.1.0' } },
});
const ACCEPT = 'application/json, text/event-stream';

/** Asks the server once. Never rejects. */
export async function checkRemote(target: RemoteTarget, egress: Egress): Promise<RemoteCheck> {
  const { origin, pathname, search } = new URL(target.remote.url);
  const client = new Client(origin, { connect: connectorTo(target, egress), allowH2: false, pipelining: 1 });
  const signal = AbortSignal.timeout(WITHIN_MS);
  try {
    const asked = { path: pathname + search, signal };
    return target.speaks === 'mcp' ? await ask(client, target, asked) : await askApi(client, target, asked);
  } catch (error) {
    return failureOf(error as NodeJS.ErrnoException, target);
  } finally {
    client.destroy().catch(() => {});
  }
}

export function connectorTo({ tls }: Pick<RemoteTarget, 'tls'>, egress: Egress): buildConnector.connector {
  // The authorities of a credential are the data plane's to know. What is sent here needs no protection.
  const verifies = tls?.credential === undefined;
  const options = { timeout: EGRESS_CONNECT_MS, lookup: egress.lookup, allowH2: false, rejectUnauthorized: verifies };
  const base = buildConnector(options);
  const named: buildConnector.connector = (asked, callback) => {
    const to = tls?.serverName === undefined ? asked : { ...asked, servername: tls.serverName };
    base(to, (...result) => {
      // undici takes the alert of a server that refuses this side for the end of the connection, unless it closes at once.
      const [, socket] = result;
      socket?.once('error', (error) => void socket.destroy(error));
      callback(...result);
    });
  };
  return egress.connector(named);
}

interface Asked {
  path: string;
  signal: AbortSignal;
  /** Redirects that are followed yet. */
  redirects?: number;
}

async function ask(client: Client, target: RemoteTarget, { path, signal, redirects = 1 }: Asked): Promise<RemoteCheck> {
  const { url, headers: own } = target.remote;
  const headers = { ...own, 'content-type': 'application/json', accept: ACCEPT };
  const answer = await client.request({ method: 'POST', path, headers, body: PING, signal });
  const { statusCode: status } = answer;
  const begun = await beginningOf(answer.body, '"jsonrpc"');
  if (status >= 300 && status < 400) {
    const to = locationOf(answer.headers, new URL(path, url));
    const isOwn = to !== undefined && to.origin === new URL(url).origin;
    if (isOwn && redirects > 0) {
      return ask(client, target, { path: to.pathname + to.search, signal, redirects: redirects - 1 });
    }
    return redirected(status, to);
  }
  if (status === 401 || status === 403) return refused(status, target);
  if (status < 500 && (begun.includes('"jsonrpc"') || status === 202)) return answersTo('It answers in MCP.');
  if ((status === 404 || status === 405) && (await streams(client, target, { path, signal }))) {
    return answersTo('It speaks the older HTTP transport: clients use /sse instead of /mcp.');
  }
  // Some servers answer a message without a session with a page of theirs.
  if (status < 500 && (await initializes(client, target, { path, signal }))) return answersTo('It answers in MCP.');
  return {
    answers: false,
    reason: status >= 500 ? 'ServerError' : 'NotMcp',
    message:
      `The server answers POST with ${status}, which is not MCP. ` +
      (status >= 500 ? 'Its operator has to look into it.' : 'Correct the path in remote.url.'),
  };
}

/** The root of an API may be no operation, and an operation may need a credential, so every answer that is no fault of the server will do. */
async function askApi(client: Client, { remote }: RemoteTarget, { path, signal }: Asked): Promise<RemoteCheck> {
  const answer = await client.request({ method: 'GET', path, headers: remote.headers, signal });
  const { statusCode: status } = answer;
  answer.body.on('error', () => {}).destroy();
  if (status >= 500) {
    const message = `The server answers GET with ${status}. Its operator has to look into it.`;
    return { answers: false, reason: 'ServerError', message };
  }
  const to = status >= 300 && status < 400 ? locationOf(answer.headers, new URL(path, remote.url)) : undefined;
  if (!to || to.origin === new URL(remote.url).origin) return answersTo(`It answers GET with ${status}.`);
  return answersTo(
    `It redirects GET to ${to.origin}, which calls do not follow. If the API is there, set remote.url to it.`,
  );
}

/** Whether GET opens the stream of the older HTTP transport (MCP 2024-11-05). */
async function streams(client: Client, { remote }: RemoteTarget, { path, signal }: Asked): Promise<boolean> {
  const headers = { ...remote.headers, accept: 'text/event-stream' };
  const { statusCode, headers: head, body } = await client.request({ method: 'GET', path, headers, signal });
  body.on('error', () => {}).destroy();
  return statusCode === 200 && String(head['content-type']).startsWith('text/event-stream');
}

/** Whether `initialize` begins a session, which is ended at once. */
async function initializes(client: Client, { remote }: RemoteTarget, { path, signal }: Asked): Promise<boolean> {
  const headers = { ...remote.headers, 'content-type': 'application/json', accept: ACCEPT };
  const answer = await client.request({ method: 'POST', path, headers, body: INITIALIZE, signal });
  const session = answer.headers['mcp-session-id'];
  const begun = await beginningOf(answer.body, '"jsonrpc"');
  if (typeof session === 'string') {
    const ended = await client.request({
      method: 'DELETE',
      path,
      headers: { ...remote.headers, 'mcp-session-id': session },
      signal,
    });
    await ended.body.dump();
  }
  return answer.statusCode < 300 && begun.includes('"jsonrpc"');
}

const answersTo = (message: string): RemoteCheck => ({ answers: true, reason: 'ServerAnswers', message });

function refused(status: number, { hasCredential }: RemoteTarget): RemoteCheck {
  if (hasCredential) {
    return answersTo(`It answers ${status} to a check, which has no credential; requests have that of the adapter.`);
  }
  const message = `The server answers ${status}: it needs credentials. Name a credential in upstreamAuth of the adapter.`;
  return { answers: false, reason: 'CredentialsRequired', message };
}

function redirected(status: number, to: URL | undefined): RemoteCheck {
  const where = to ? `to ${to.origin}${to.pathname}` : 'to an invalid URL';
  const remedy = to ? 'Set remote.url to it, if that is the server.' : 'Its operator has to correct it.';
  return { answers: false, reason: 'Redirected', message: `The server redirects (${status}) ${where}. ${remedy}` };
}

export function locationOf(headers: IncomingHttpHeaders, base: URL): URL | undefined {
  const { location } = headers;
  return typeof location === 'string' && location.length <= 2_048
    ? (URL.parse(location, base.href) ?? undefined)
    : undefined;
}

export function failureOf(
  error: NodeJS.ErrnoException,
  { tls, remote }: { tls: RemoteTarget['tls']; remote: { url: string } },
): RemoteCheck {
  if (error instanceof GatewayError) {
    const reason = error.code === 'UPSTREAM_NOT_ALLOWED' ? 'AddressNotAllowed' : 'Unreachable';
    return { answers: false, reason, message: sentence(error.detail ?? error.title) };
  }
  const fault = tlsFault(error.code, false);
  // It wants to see the client certificate, which is the data plane's to show.
  if (fault && tls?.credential !== undefined && /^ERR_SSL_.*ALERT/.test(error.code ?? '')) {
    return answersTo('It refuses a check, which has no client certificate; requests have that of the adapter.');
  }
  if (fault) return { answers: false, reason: 'TlsFault', message: sentence(fault) };
  const { host } = new URL(remote.url);
  const message = `The gateway cannot reach ${host}: ${whyUnreachable(error)}. It tries again.`;
  return { answers: false, reason: 'Unreachable', message };
}

const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

function whyUnreachable({ code, name }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not known';
    case 'ECONNREFUSED':
      return 'nothing listens on the port';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no way to its network';
    default:
      return name === 'TimeoutError' || code?.includes('TIMEOUT') || code === 'ETIMEDOUT'
        ? `no answer within ${WITHIN_MS / 1000} s`
        : 'the connection breaks off';
  }
}

/** The beginning of a body, up to `until`; of a body that stalls, what has arrived. */
async function beginningOf(body: Readable, until: string): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk;
      if (text.length >= READ_BYTES || text.includes(until)) break;
    }
  } catch {
    // The check timed out, or the connection broke.
  }
  return text;
}
