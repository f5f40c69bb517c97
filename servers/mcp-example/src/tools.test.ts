import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { legacyClients, modernClients, type TestClient } from '../test/clients.js';
import { startExample, type Example } from '../test/start-example.js';
import type { Wait } from './tools/slow.js';

const text = (result: { content: { text?: string }[] }) => result.content[0]?.text;

/** Does not wait, except for a whole minute: only the signal ends that. */
function scriptedWait() {
  const waits: number[] = [];
  let cancelled = false;
  const wait: Wait = async (ms, _, { signal }) => {
    waits.push(ms);
    if (ms < 60_000) return;
    await new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        cancelled = true;
        reject(new Error('cancelled'));
      });
    });
  };
  return { wait, waits, isCancelled: () => cancelled };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition() && performance.now() < deadline) await new Promise(setImmediate);
  expect(condition()).toBe(true);
}

describe.each([...legacyClients, ...modernClients])('to $client', ({ connect }) => {
  let script: ReturnType<typeof scriptedWait>;
  let example: Example;
  let client: TestClient;
  beforeEach(async () => {
    script = scriptedWait();
    example = await startExample({ replica: 'mcp-example-0', wait: script.wait });
    client = await connect(example.url);
  });
  afterEach(async () => {
    await client.close();
    await example.stop();
  });

  it('offers its five tools', async () => {
    expect(await client.toolNames()).toEqual(['add', 'echo', 'counter', 'whoami', 'slow']);
  });

  it('reports the version of its package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(client.serverVersion).toBe(version);
  });

  it('adds two numbers', async () => {
    const result = await client.call('add', { a: 2, b: 0.5 });
    expect(text(result)).toBe('2.5');
    expect(result.structuredContent).toEqual({ sum: 2.5 });
  });

  it('answers a sum that is not a number with an error result', async () => {
    expect(await client.call('add', { a: 1e308, b: 1e308 })).toMatchObject({ isError: true });
  });

  it('answers invalid arguments with an error result', async () => {
    expect(await client.call('add', { a: 'two', b: 2 })).toMatchObject({ isError: true });
    expect(await client.call('slow', { seconds: 61 })).toMatchObject({ isError: true });
  });

  it('echoes a text in any script, of any length', async () => {
    const long = `Grüße, 世界 🌍\n`.repeat(10_000);
    expect(text(await client.call('echo', { text: long }))).toBe(long);
  });

  it('reports which process answered, and that no identity or credential arrived', async () => {
    expect(JSON.parse(text(await client.call('whoami')) ?? '')).toEqual({
      'x-mcp-userid': null,
      'x-mcp-username': null,
      'x-mcp-roles': null,
      authorization: false,
      'x-gateway-secret': false,
      pid: process.pid,
      replica: 'mcp-example-0',
    });
  });

  it('reports the identity that arrived, and of credentials only that they arrived', async () => {
    const identity = { 'x-mcp-userid': 'u-1', 'x-mcp-username': 'Alice', 'x-mcp-roles': 'mcp.user,team-a' };
    const caller = await connect(example.url, {
      ...identity,
      authorization: 'Bearer s3cret',
      'x-gateway-secret': 's3cret',
    });
    const answer = text(await caller.call('whoami')) ?? '';
    await caller.close();
    expect(JSON.parse(answer)).toMatchObject({ ...identity, authorization: true, 'x-gateway-secret': true });
    expect(answer).not.toContain('s3cret');
  });

  it('reports progress to a client that asks for it', async () => {
    const seen: unknown[] = [];
    const result = await client.call(
      'slow',
      { seconds: 6, steps: 3 },
      { onprogress: (progress) => seen.push(progress) },
    );
    expect(seen).toMatchObject([
      { progress: 1, total: 3 },
      { progress: 2, total: 3 },
      { progress: 3, total: 3 },
    ]);
    expect(script.waits).toEqual([2000, 2000, 2000]);
    expect(text(result)).toBe('Took 6 seconds in 3 steps.');
  });

  it('sends no progress when the client does not ask for it', async () => {
    expect(text(await client.call('slow', { seconds: 2 }))).toBe('Took 2 seconds in 2 steps.');
    expect(script.waits).toEqual([1000, 1000]);
  });

  it('stops a slow call when the client cancels it', async () => {
    const cancel = new AbortController();
    const call = client.call('slow', { seconds: 60, steps: 1 }, { signal: cancel.signal });
    await until(() => script.waits.length === 1);
    cancel.abort();
    await expect(call).rejects.toThrow('abort');
    await until(script.isCancelled);
  });
});

describe.each(legacyClients)('to $client', ({ connect }) => {
  it('counts the calls of each session separately', async () => {
    const example = await startExample();
    const [first, second] = await Promise.all([connect(example.url), connect(example.url)]);
    const counts = [];
    for (const client of [first, first, second, first, second]) counts.push(text(await client.call('counter')));
    expect(counts).toEqual(['1', '2', '1', '3', '2']);
    expect(first.sessionId).not.toBe(second.sessionId);
    await Promise.all([first.close(), second.close()]);
    await example.stop();
  });
});

describe.each(modernClients)('to $client', ({ connect }) => {
  it('reports that it needs a session', async () => {
    const example = await startExample();
    const client = await connect(example.url);
    const result = await client.call('counter');
    expect(result.isError).toBe(true);
    expect(text(result)).toMatch(/^counter needs a session, and this request has none/);
    expect(client.sessionId).toBeUndefined();
    expect(example.sessions.size).toBe(0);
    await client.close();
    await example.stop();
  });
});
