import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type LookupFunction, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Route } from '@mcp-gateway/common/contracts';
import { createEgress, proxiesOf } from '@mcp-gateway/platform/egress';
import { specOf, startControlPlane } from '../../control-plane/support/control-plane.js';
import { afterTest } from '../../support/clean-up.js';
import { send } from '../../support/http.js';
import { temporaryFolder } from '../../support/postgres.js';
import { recordingLog } from '../../support/recording-log.js';
import { authority } from './certificate.js';
import { INTERNAL_SECRET as SECRET } from './credentials.js';
import { startGateway } from './gateway.js';
import { routeTo } from './upstream.js';

/** The name of remote servers in tests. The resolver of a test decides where it leads. */
export const NAME = 'mcp.example.test';
const ca = authority('of remote servers');
export const certificate = () => ca.issue(undefined, NAME);

/** A resolver that answers with these addresses, one list for each call; the last list again and again. */
export function resolverOf(...answers: string[][]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, _options, callback) => {
    const found = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    if (found.length === 0) return callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    return callback(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookup, asked };
}

export interface RemoteOptions {
  allowed?: string[];
  lookup?: LookupFunction;
  proxies?: Record<string, string>;
  route?: Partial<Route>;
  /** Another credential that the adapter names in `upstreamAuth`. */
  credential?: object;
}

/** A gateway with a remote adapter at this URL. Over https, it trusts the authority of the tests by a credential. */
export async function remoteAdapter(url: string, options: RemoteOptions = {}) {
  const { allowed = ['127.0.0.1'], lookup = resolverOf(['127.0.0.1']).lookup, proxies = {}, route: changes } = options;
  const isTls = url.startsWith('https:');
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'private.json'), JSON.stringify({ type: 'tls', 'ca.crt': String(ca.ca) }));
  await writeFile(join(folder, 'backend.json'), JSON.stringify(options.credential ?? {}));
  const { log, text } = recordingLog();
  const plane = await startControlPlane({ credentials: { folder, secrets: () => [SECRET] }, log });
  const tls = isTls ? { credential: 'private' } : undefined;
  const upstreamAuth = options.credential && { credential: 'backend', identityToken: false };
  const more = { ...(tls && { tls }), ...(upstreamAuth && { upstreamAuth }) };
  const row = await plane.rows.create({ ...specOf('echo'), requiredRoles: [], ...more } as never, 'alice');
  const routeAt = (to: string) => {
    const { origin, pathname, search } = new URL(to);
    const endpoint = { id: `remote.${to}`, url: origin, path: pathname + search, ready: true };
    return routeTo(endpoint, { resourceId: row?.id ?? '', remote: {}, ...more, ...changes });
  };
  const egress = createEgress({ allowedNetworks: allowed, lookup, proxyFor: proxiesOf(proxies) });
  const gateway = await startGateway({
    routes: [routeAt(url)],
    controlPlane: plane.url,
    internalSecrets: () => [SECRET],
    egress,
    log,
  });
  const mcp = `${gateway.url}/adapters/echo/mcp`;
  return {
    gateway,
    mcp,
    log: text,
    request: (body: string, query = '') => send(mcp + query, { body }),
    moveTo: (to: string) => gateway.publish(routeAt(to)),
  };
}

/** The URL of a server that listens on loopback, by the name of the tests. */
export const named = (endpoint: { url: string }, path = '/mcp'): string =>
  endpoint.url.replace(/localhost|127\.0\.0\.1/, NAME) + path;

/** An HTTP proxy that knows where the name of the tests leads, and answers CONNECT with `status` when that is not 200. */
export async function startProxy(target: { url: string }, { status = 200 } = {}) {
  const asked: string[] = [];
  const { port: to } = new URL(target.url);
  const sockets = new Set<Socket>();
  const proxy = createHttpServer((_req, res) => res.writeHead(405).end());
  proxy.on('connect', (req, client: Socket) => {
    asked.push(`${req.url} ${req.headers['proxy-authorization'] ?? ''}`.trim());
    if (status !== 200) return client.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
    const server = connect(Number(to), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connected\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    for (const socket of [client, server]) sockets.add(socket.on('error', () => {}));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  afterTest(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return { host: `127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
}

/** A port behind which one server stands after the other, or none. */
export async function startRelay() {
  const sockets = new Set<Socket>();
  let target = '';
  const relay = createServer((client) => {
    const server = connect(Number(new URL(target).port), '127.0.0.1');
    for (const socket of [client, server]) sockets.add(socket.on('error', () => {}));
    client.pipe(server).pipe(client);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address() as AddressInfo;
  const away = async () => {
    for (const socket of sockets) socket.destroy();
    if (relay.listening) await new Promise((resolve) => relay.close(resolve));
  };
  afterTest(away);
  return {
    url: `http://127.0.0.1:${port}`,
    /** Nothing listens any more. */
    away,
    async to(url: string) {
      target = url;
      if (relay.listening) return;
      relay.listen(port, '127.0.0.1');
      await once(relay, 'listening');
    },
  };
}
