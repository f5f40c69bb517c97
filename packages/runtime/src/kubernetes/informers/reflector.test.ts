import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@mcp-gateway/platform/logging';
import { afterTest } from '../../../../../test/support/clean-up.js';
import { kubeconfigOf } from '../../../test/kubeconfig.js';
import { eventually } from '../../../test/wait.js';
import { connectApi } from '../api/client.js';
import type { KubeEvent } from '../api/types.js';
import { ObjectStore } from './object-store.js';
import { Reflector, backoff, countFailures } from './reflector.js';

const SILENCE_MS = 50;
const event = (name: string, resourceVersion: string) => ({ metadata: { name, uid: name, resourceVersion } });
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;

type Answer = (res: ServerResponse) => void;
const NOTHING = { metadata: { resourceVersion: '5' }, items: [] };

/**
 * Runs a reflector against a server that answers its lists and its watches like this, in turn. Lists have nothing at version 5
 * by default; a watch too many is left open.
 */
async function reflect(
  watches: Answer[],
  { lists = [], silenceMs = SILENCE_MS }: { lists?: Answer[]; silenceMs?: number } = {},
) {
  const requests: Record<string, string>[] = [];
  const server = createServer((req: IncomingMessage, res) => {
    const query = Object.fromEntries(new URL(req.url ?? '', 'http://kube').searchParams);
    requests.push(query);
    if (!('watch' in query)) return (lists.shift() ?? answer(200, NOTHING))(res);
    (watches.shift() ?? silent)(res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubeconfig = await kubeconfigOf((server.address() as AddressInfo).port);
  const cluster = await connectApi({ kubeconfig, apiServer: undefined }, 50);
  const store = new ObjectStore<KubeEvent>(() => {});
  const log = createLogger('test', 'silent');
  const logged: string[] = [];
  const kindIn = (fields: unknown) => (fields as { objectKind: string }).objectKind;
  log.warn = (fields: unknown) => void logged.push(`${kindIn(fields)} broke off`);
  log.info = (fields: unknown) => void logged.push(`${kindIn(fields)} goes on`);
  const query = { fieldSelector: 'a=b' };
  const reflector = new Reflector(store, { cluster, kind: 'Event', namespace: 'default', query, log, silenceMs });
  const stopping = new AbortController();
  const running = reflector.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
  };
  afterTest(async () => {
    await stop();
    await cluster.close();
    server.closeAllConnections();
    server.close();
  });
  const versions = () => requests.map(({ watch, resourceVersion }) => (watch ? resourceVersion : 'list'));
  return { requests, versions, store, reflector, logged, stop };
}
const silent: Answer = (res) => res.flushHeaders();
const answer =
  (status: number, body: object): Answer =>
  (res) =>
    void res.writeHead(status).end(JSON.stringify(body));
const gone = answer(410, { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
const reports =
  (...lines: string[]): Answer =>
  (res) =>
    void res.write(lines.join(''));
const breaksOff =
  (...lines: string[]): Answer =>
  (res) =>
    void res.write(lines.join('') || '\n', () => res.destroy());

describe('a list', () => {
  it('is read page by page, and then watched from its resource version', async () => {
    const page = (name: string, next?: string) =>
      answer(200, { metadata: { resourceVersion: '5', ...(next && { continue: next }) }, items: [event(name, '4')] });
    const { requests, store, reflector } = await reflect([], { lists: [page('a', 'more'), page('b')] });
    await reflector.synced;
    expect([...store.all()].map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    await eventually(() => expect(requests.length).toBeGreaterThan(2));
    const { timeoutSeconds, ...watch } = requests[2] ?? {};
    expect([requests[0], requests[1], watch]).toEqual([
      { fieldSelector: 'a=b', limit: '500' },
      { fieldSelector: 'a=b', limit: '500', continue: 'more' },
      { fieldSelector: 'a=b', watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '5' },
    ]);
    expect(Number(timeoutSeconds)).toBeGreaterThanOrEqual(300);
    expect(Number(timeoutSeconds)).toBeLessThanOrEqual(600);
  });

  it('that fails is repeated, and its error is known until then', async () => {
    const { versions, reflector, logged } = await reflect([], { lists: [answer(403, { message: 'no right' })] });
    await eventually(() => expect(reflector.problem?.message).toBe('no right'));
    await reflector.synced;
    await eventually(() => expect(reflector.problem).toBeNull());
    expect(versions().slice(0, 3)).toEqual(['list', 'list', '5']);
    expect(logged).toEqual(['Event broke off', 'Event goes on']);
  });

  it('that fails is not repeated once the signal aborts', async () => {
    const { requests, reflector, stop } = await reflect([], { lists: [answer(503, {}), answer(503, {})] });
    await eventually(() => expect(reflector.problem).not.toBeNull());
    await stop();
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  it.each([
    ['a list', [() => {}], 1],
    ['a watch', [], 2],
  ])('or rather %s that hangs ends when the signal aborts, without a warning', async (_what, lists, count) => {
    const { requests, reflector, logged, stop } = await reflect([], { lists, silenceMs: 60_000 });
    await eventually(() => expect(requests).toHaveLength(count));
    await stop();
    expect([logged, reflector.problem]).toEqual([[], null]);
  });
});

describe('a watch', () => {
  it('that is silent is opened again at the same version, without a warning', async () => {
    const { versions, store, reflector, logged } = await reflect([
      silent,
      silent,
      reports(line('ADDED', event('late', '6'))),
    ]);

    await eventually(() => expect(store.get('late')).toBeDefined());
    expect(versions().slice(0, 4)).toEqual(['list', '5', '5', '5']);
    expect({ logged, problem: reflector.problem }).toEqual({ logged: [], problem: null });
  });

  it('that is silent is opened again at once each time, because silence is no failure', async () => {
    const { store } = await reflect([...Array<Answer>(12).fill(silent), reports(line('ADDED', event('late', '6')))]);
    await eventually(() => expect(store.get('late')).toBeDefined());
  });

  it('that breaks is opened again after the last event, with one warning', async () => {
    const { versions, store, logged } = await reflect([
      breaksOff(
        line('ADDED', event('first', '6')),
        line('ADDED', event('second', '7')),
        line('DELETED', event('first', '8')),
        line('BOOKMARK', { metadata: { resourceVersion: '9' } }),
      ),
      answer(503, {}),
      reports(line('ADDED', event('third', '10'))),
    ]);

    await eventually(() => expect(store.get('third')).toBeDefined());
    expect([...store.all()].map(({ metadata }) => metadata.name)).toEqual(['second', 'third']);
    expect(versions().slice(0, 4)).toEqual(['list', '5', '9', '9']);
    expect(logged).toEqual(['Event broke off', 'Event goes on']);
  });

  it.each<[what: string, forgotten: Answer]>([
    ['as it says', (res) => res.end(line('ERROR', { kind: 'Status', code: 410, message: 'too old' }))],
    ['as it says in a word', (res) => res.end(line('ERROR', { kind: 'Status', reason: 'Expired' }))],
    ['as it is answered', gone],
  ])('whose version has expired, %s, begins with a list', async (_what, forgotten) => {
    const { versions, reflector, logged } = await reflect([forgotten]);

    await eventually(() => expect(versions().length).toBeGreaterThan(3));
    expect(versions().slice(0, 4)).toEqual(['list', '5', 'list', '5']);
    expect([logged, reflector.problem]).toEqual([[], null]);
  });
});

describe('an attempt', () => {
  it.each([
    ['that made progress and ended is no failure', { broke: false, progress: true }, 0],
    ['that made progress and broke is the first failure', { broke: true, progress: true }, 1],
    ['that made no progress is one more failure', { broke: false, progress: false }, 4],
    ['that broke at once is one more failure', { broke: true, progress: false }, 4],
  ])('%s', (_what, ended, failures) => {
    expect(countFailures(3, ended)).toBe(failures);
  });

  it.each([
    [0, 0, 0],
    [1, 100, 200],
    [2, 200, 400],
    [5, 1_600, 3_200],
    [6, 2_500, 5_000],
    [5_000, 2_500, 5_000],
  ])('after %i failures follows in %i to %i ms', (failures, least, most) => {
    expect([backoff(failures, 0), backoff(failures, 1)]).toEqual([least, most]);
  });
});
