import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Logger } from '@mcp-gateway/platform/logging';
import { NOTHING, type ToolSource } from '../sources/source.js';
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
