import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterTest } from '../../../test/support/clean-up.js';
import type { KubeObject } from '../src/kubernetes/api/types.js';
import { kubeconfigOf } from './kubeconfig.js';
import { applied } from './context.js';

export interface ApiServer {
  kubeconfig: string;
  /** The requests since the last call: method, path and query, without the timeout of a watch. */
  requests(): string[];
  /** The number of open watches. */
  watches(): number;
  /** Resources whose list is forbidden. */
  readonly forbidden: Set<string>;
  /** Changes by another client: adds or changes an object of this resource, and removes one. */
  put(resource: string, object: KubeObject): void;
  drop(resource: string, name: string): void;
}

/** A fake API server with objects in memory: it lists, watches, applies and deletes, and runs no controllers. */
export async function startApiServer(): Promise<ApiServer> {
  const objects = new Map<string, Map<string, KubeObject>>();
  const watches = new Map<string, ServerResponse>();
  const requests: string[] = [];
  const forbidden = new Set<string>();
  const of = (resource: string) => {
    const found = objects.get(resource) ?? new Map<string, KubeObject>();
    objects.set(resource, found);
    return found;
  };
  const sendEvent = (resource: string, type: string, object: KubeObject) =>
    watches.get(resource)?.write(`${JSON.stringify({ type, object })}\n`);

  function put(resource: string, object: KubeObject): KubeObject {
    of(resource).set(object.metadata.name, object);
    sendEvent(resource, 'MODIFIED', object);
    return object;
  }
  function drop(resource: string, name: string): void {
    const found = of(resource).get(name);
    if (found) sendEvent(resource, 'DELETED', found);
    of(resource).delete(name);
  }
  function watch(resource: string, res: ServerResponse): void {
    res.flushHeaders();
    watches.set(resource, res);
    res.once('close', () => watches.delete(resource));
  }
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://kube');
    const [, resource = '', name] = /\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
    searchParams.delete('timeoutSeconds');
    requests.push(`${req.method} ${pathname}?${searchParams.toString()}`);
    const send = (status: number, body: object) => void res.writeHead(status).end(JSON.stringify(body));
    if (name === undefined && forbidden.has(resource)) return send(403, { code: 403, message: `no ${resource}` });
    if (searchParams.has('watch')) return watch(resource, res);
    if (name === undefined)
      return send(200, { metadata: { resourceVersion: '50' }, items: [...of(resource).values()] });
    if (req.method === 'PATCH') {
      const body = (await json(req)) as object;
      return send(200, put(resource, applied({ method: 'PATCH', path: pathname, body })));
    }
    const found = of(resource).get(name);
    if (!found) return send(404, { code: 404, reason: 'NotFound' });
    if (req.method === 'DELETE') drop(resource, name);
    return send(200, req.method === 'DELETE' ? { kind: 'Status', metadata: {} } : found);
  }

  const server = createServer((req, res) => void answer(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  const kubeconfig = await kubeconfigOf((server.address() as AddressInfo).port);
  return { kubeconfig, requests: () => requests.splice(0), watches: () => watches.size, forbidden, put, drop };
}
