import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import { NOTHING, SourceError, type ToolSource } from '../sources/source.js';
import { KnownSource } from './known-source.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it('a source that tells changes without end is listed once a second', async () => {
  let lists = 0;
  let tell = () => {};
  const source: ToolSource = {
    ref: { kind: 'tool', name: 'noisy' },
    list() {
      lists += 1;
      tell();
      return Promise.resolve(NOTHING);
    },
    call: () => Promise.reject(new Error('has no tools')),
    onChange: (listener) => void (tell = listener),
    close: () => Promise.resolve(),
  };
  const log = { warn() {}, info() {} } as unknown as Logger;
  const known = new KnownSource({ source, route: () => undefined, prefix: '', changed() {}, log });
  for (let i = 0; i < 1_000; i += 1) {
    tell();
    await jest.advanceTimersByTimeAsync(10);
  }
  expect(lists).toBeGreaterThanOrEqual(9);
  expect(lists).toBeLessThanOrEqual(11);
  await known.close();
});

it.each<[level: string, what: string, error: Error, hasReady: boolean]>([
  ['info', 'a server that starts', new SourceError('no replica is ready'), false],
  ['warn', 'a document that cannot be used', new SourceError('the document cannot be used'), true],
  ['warn', 'what nobody expects', new TypeError('x is not a function'), true],
])('tells once, at %s, that it does not list: %s', async (level, _what, error, ready) => {
  const told: [level: string, fields: object][] = [];
  const at = (name: string) => (fields: object) => void told.push([name, fields]);
  const log = { warn: at('warn'), info: at('info') } as unknown as Logger;
  const source = {
    ref: { kind: 'tool', name: 'failing' },
    list: () => Promise.reject(error),
    onChange() {},
    close: () => Promise.resolve(),
  } as unknown as ToolSource;
  const route = () => ({ endpoints: [{ ready }] }) as unknown as Route;
  const known = new KnownSource({ source, route, prefix: '', changed() {}, log });
  await jest.advanceTimersByTimeAsync(5_000);
  const isExpected = error instanceof SourceError;
  const cause = isExpected ? { reason: error.message } : { err: error };
  expect(told).toEqual([[level, { source: 'tool/failing', ...cause }]]);
  await known.close();
});

it('tells of a failure again, at warn, that it expected of a server that was starting', async () => {
  const levels: string[] = [];
  let ready = false;
  const log = { warn: () => levels.push('warn'), info: () => levels.push('info') } as unknown as Logger;
  const source = {
    ref: { kind: 'tool', name: 'failing' },
    list: () => Promise.reject(new SourceError('it does not answer')),
    onChange() {},
    close: () => Promise.resolve(),
  } as unknown as ToolSource;
  const route = () => ({ endpoints: [{ ready }] }) as unknown as Route;
  const known = new KnownSource({ source, route, prefix: '', changed() {}, log });
  await jest.advanceTimersByTimeAsync(2_000);
  ready = true;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(levels).toEqual(['info', 'warn']);
  await known.close();
});

it('is untried again when its first replica is ready, until that has listed', async () => {
  let ready = false;
  const source = {
    ref: { kind: 'tool', name: 'starting' },
    list: () => (ready ? Promise.resolve(NOTHING) : Promise.reject(new SourceError('no replica is ready'))),
    onChange() {},
    close: () => Promise.resolve(),
  } as unknown as ToolSource;
  const log = { warn() {}, info() {} } as unknown as Logger;
  const route = () => ({ endpoints: [{ ready }] }) as unknown as Route;
  const known = new KnownSource({ source, route, prefix: '', changed() {}, log });
  await jest.advanceTimersByTimeAsync(10);
  expect([known.isTried, known.failure]).toEqual([true, 'no replica is ready']);
  ready = true;
  known.routeChanged();
  expect(known.isTried).toBe(false);
  await known.refresh();
  expect([known.isTried, known.listing]).toEqual([true, NOTHING]);
  await known.close();
});
