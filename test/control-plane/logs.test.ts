import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AdapterRow } from '@mcp-gateway/database';
import type { LogReader } from '@mcp-gateway/runtime/logs';
import { bodyOf, head, open } from '../support/http.js';
import { caller, invalid, problem, type Caller } from './support/callers.js';
import { specOf, startControlPlane, type ControlPlane } from './support/control-plane.js';
import { replica } from './support/statuses.js';

const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `line ${from + i}\n`).join('');

async function next(stream: IncomingMessage): Promise<string> {
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  return chunk.toString();
}

/** The folder in which the replicas write their logs. */
async function folderOfEcho({ logs, rows }: ControlPlane): Promise<string> {
  const folder = join(logs, `adapter.echo.${(await rows.find('echo'))?.id}`);
  await mkdir(folder);
  return folder;
}

describe('GET /adapters/{name}/logs', () => {
  let plane: ControlPlane;
  let alice: Caller;
  let folder: string;

  beforeEach(async () => {
    plane = await startControlPlane();
    alice = caller(plane.url, 'alice');
    await alice.post(specOf('echo', { replicaCount: 2 }));
    folder = await folderOfEcho(plane);
  });

  const file = (name: string) => join(folder, name);
  const logs = async (query = '') => alice.get(`/adapters/echo/logs${query}`);
  const follow = (query = '') => open(`${plane.url}/adapters/echo/logs?follow=true${query}`, { method: 'GET' });

  it('answers the last thousand lines of the first replica as plain text', async () => {
    await writeFile(file('0.log'), lines(0, 1_500));
    await writeFile(file('1.log'), 'of the other\n');
    const { status, headers, text } = await logs();
    expect(status).toBe(200);
    expect(text).toBe(lines(500, 1_500));
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-accel-buffering')).toBe('no');
  });

  it('answers the lines of another replica, and as many lines as the client requests', async () => {
    await writeFile(file('1.log.1'), lines(0, 10));
    await writeFile(file('1.log'), lines(10, 20));
    expect((await logs('?instance=1&tail=2')).text).toBe(lines(18, 20));
    expect((await logs('?instance=1&tail=12')).text).toBe(lines(8, 20));
    expect((await logs('?instance=1&tail=10000')).text).toBe(lines(0, 20));
    expect((await logs('?instance=1&tail=0')).text).toBe('');
    expect((await logs('?follow=false&tail=1&instance=1')).text).toBe(lines(19, 20));
  });

  it('escapes control characters, also when the log is followed and arrives in pieces', async () => {
    await writeFile(file('0.log'), '\x1b[2J\tone\r\n');
    expect((await logs()).text).toBe('\\u001b[2J\tone\r\n');
    const stream = await follow('&tail=0');
    const arrived = next(stream);
    const [first, second] = [Buffer.from('a\x1b[31m\u009b').subarray(0, -1), Buffer.from('\u009b\n').subarray(1)];
    await appendFile(file('0.log'), first);
    expect(await arrived).toBe('a\\u001b[31m');
    const rest = next(stream);
    await appendFile(file('0.log'), second);
    expect(await rest).toBe('\\u009b\n');
  });

  it('answers the original bytes with ?raw', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 0x0d, 0x0a, 0xe7, 0x8e]);
    await writeFile(file('0.log'), bytes);
    const res = await open(`${plane.url}/adapters/echo/logs?raw=true`, { method: 'GET' });
    expect((await bodyOf(res)).equals(bytes)).toBe(true);
  });

  it('answers a sentence while a replica has not written anything', async () => {
    const { status, headers, text } = await logs('?instance=1');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(text).toBe('Replica 1 of echo has not written anything yet; /adapters/echo/status says how it is.\n');
  });

  it('answers a sentence for a replica that an autoscaler added', async () => {
    const row = (await plane.rows.find('echo')) as AdapterRow;
    await plane.rows.saveStatus(row, { phase: 'Ready', conditions: [], replicas: [replica(2)] });
    expect((await logs('?instance=2')).text).toContain('Replica 2 of echo has not written anything yet');
    expect((await logs('?instance=3')).status).toBe(404);
  });

  it('answers 404 for a replica beyond the spec, unless its log exists', async () => {
    const { status, headers, json } = await logs('?instance=2');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(json).toEqual(
      problem(404, 'NOT_FOUND', 'There is nothing at this address', {
        detail: 'echo has 2 replicas; instances count from 0',
      }),
    );
    await alice.post(specOf('one', { replicaCount: 1 }));
    const { detail } = (await alice.get('/adapters/one/logs?instance=1')).json;
    expect(detail).toBe('one has 1 replica; instances count from 0');
    await writeFile(file('2.log'), 'before the scale-down\n');
    expect((await logs('?instance=2')).text).toBe('before the scale-down\n');
  });

  it('follows the log line by line', async () => {
    await writeFile(file('0.log'), lines(0, 3));
    const stream = await follow('&tail=1');
    expect(await next(stream)).toBe(lines(2, 3));
    for (const text of ['one\n', 'two and ', 'three\n']) {
      const arrived = next(stream);
      await appendFile(file('0.log'), text);
      expect(await arrived).toBe(text);
    }
  });

  it('follows a log that does not exist yet', async () => {
    const stream = await follow('&instance=1');
    expect(head(stream)).toMatchObject({ status: 200 });
    const arrived = next(stream);
    await writeFile(file('1.log'), 'at last\n');
    expect(await arrived).toBe('at last\n');
  });

  it('ends when the adapter and its logs are removed', async () => {
    await writeFile(file('0.log'), 'last words\n');
    const stream = await follow();
    expect(await next(stream)).toBe('last words\n');
    await rm(folder, { recursive: true });
    expect((await bodyOf(stream)).toString()).toBe('');
    expect(stream.complete).toBe(true);
  });

  const NUMBER = 'must be a whole number, in decimal digits';
  it.each([
    ['instance=-1', 'instance', NUMBER],
    ['instance=64', 'instance', 'must be at most 63'],
    ['instance=0.5', 'instance', NUMBER],
    ['instance=../../etc/passwd', 'instance', NUMBER],
    ['instance=0&instance=1', 'instance', NUMBER],
    ['tail=-1', 'tail', NUMBER],
    ['tail=', 'tail', NUMBER],
    ['tail=0x2', 'tail', NUMBER],
    ['tail=10001', 'tail', 'must be at most 10000'],
    ['tail=all', 'tail', NUMBER],
    ['follow=yes', 'follow', 'must be true or false'],
    ['raw=yes', 'raw', 'must be true or false'],
    ['previous=maybe', 'previous', 'must be true or false'],
    ['since=1d', 'since', 'must be a time such as 30s, 10m or 2h'],
    ['since=0s', 'since', 'must be a time such as 30s, 10m or 2h'],
    ['until=1h', 'until', 'is not a known parameter; known are instance, tail, follow, previous, since, raw'],
  ])('answers 400 for ?%s', async (query, field, detail) => {
    const { status, json } = await logs(`?${query}`);
    expect(status).toBe(400);
    expect(json).toEqual(invalid({ parameter: field, detail }));
  });
});

describe('a caller that follows the logs', () => {
  async function followed(name: string, headers: Record<string, string>) {
    const plane = await startControlPlane({ logCheckMs: 20 });
    const alice = caller(plane.url, 'alice');
    await alice.post(specOf('echo', { requiredRoles: ['team'] }));
    const file = join(await folderOfEcho(plane), '0.log');
    await writeFile(file, 'first\n');
    const url = `${plane.url}/adapters/echo/logs?follow=true`;
    const stream = await open(url, { method: 'GET', headers: { 'X-Dev-UserId': name, ...headers } });
    expect(await next(stream)).toBe('first\n');
    const write = (text: string) => appendFile(file, text);
    return { plane, alice, stream, write };
  }

  it('gets no more lines once its permission is revoked; other callers still do', async () => {
    const { alice, stream, write } = await followed('carol', { 'X-Dev-Roles': 'team' });
    await alice.put('echo', specOf('echo', { requiredRoles: ['team'], description: 'changed' }));
    await write('second\n');
    expect(await next(stream)).toBe('second\n');
    await alice.put('echo', specOf('echo', { requiredRoles: [] }));
    expect((await bodyOf(stream)).toString()).toBe('');
    expect(stream.complete).toBe(true);
  });

  it('does not get the log of the next adapter of the same name', async () => {
    const { plane, alice, stream } = await followed('alice', {});
    await alice.remove('echo');
    await caller(plane.url, 'bob').post(specOf('echo', { requiredRoles: ['team'] }));
    expect((await bodyOf(stream)).toString()).toBe('');
  });

  it('does not get the log of its own next adapter of the same name', async () => {
    const { plane, alice, stream } = await followed('alice', {});
    const data = { id: randomUUID() }; // as if it were removed and made again between two checks
    await plane.database.adapter.update({ where: { name: 'echo' }, data });
    expect((await alice.get('/adapters/echo')).status).toBe(200);
    expect((await bodyOf(stream)).toString()).toBe('');
  });
});

describe('a log option that a runtime does not support', () => {
  it.each(['previous', 'since=10m'])('is refused by the process runtime, with the reason: ?%s', async (query) => {
    const plane = await startControlPlane();
    const alice = caller(plane.url, 'alice');
    await alice.post(specOf('echo'));
    const { status, json } = await alice.get(`/adapters/echo/logs?${query}`);
    expect(status).toBe(400);
    expect(json.detail).toContain('previous and since need RUNTIME=kubernetes');
  });

  it.each([
    ['previous&since=30s', { previous: true, sinceSeconds: 30 }],
    ['since=10m', { previous: false, sinceSeconds: 600 }],
    ['since=2h&previous=false', { previous: false, sinceSeconds: 7_200 }],
  ])('is passed to a runtime that supports it: ?%s', async (query, expected) => {
    const requests: object[] = [];
    const logReader: LogReader = {
      async read(_name, options) {
        requests.push(options);
        return null;
      },
    };
    const plane = await startControlPlane({ logReader });
    const alice = caller(plane.url, 'alice');
    await alice.post(specOf('echo'));
    expect((await alice.get(`/adapters/echo/logs?${query}`)).status).toBe(200);
    expect(requests).toEqual([expect.objectContaining(expected)]);
  });
});

describe('following logs', () => {
  /** Yields one line and then waits for the end. */
  function reader(ending: (signal: AbortSignal) => Promise<void>) {
    let ended: () => void;
    const end = new Promise<void>((resolve) => (ended = resolve));
    const logReader: LogReader = {
      read: async (_name, { signal }) =>
        (async function* () {
          try {
            yield 'a line\n';
            await ending(signal);
          } finally {
            ended();
          }
        })(),
    };
    return { logReader, end };
  }

  async function followed(logReader: LogReader): Promise<IncomingMessage> {
    const plane = await startControlPlane({ logReader });
    await caller(plane.url, 'alice').post(specOf('echo'));
    const stream = await open(`${plane.url}/adapters/echo/logs?follow`, { method: 'GET' });
    expect(await next(stream)).toBe('a line\n');
    return stream;
  }

  it('stops when the client leaves', async () => {
    const { logReader, end } = reader(async (signal) => void (await once(signal, 'abort')));
    (await followed(logReader)).destroy();
    await expect(end).resolves.toBeUndefined();
  });

  it('breaks off, rather than ends, when the logs cannot be read any more', async () => {
    let fail: (error: Error) => void = () => {};
    const { logReader } = reader(() => new Promise((_resolve, reject) => (fail = reject)));
    const stream = await followed(logReader);
    fail(new Error('the disk is gone'));
    await expect(bodyOf(stream)).rejects.toThrow('aborted');
  });
});
