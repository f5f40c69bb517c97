import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { connectionPair } from './connection-pair.js';

describe('a connection in memory', () => {
  it('carries data both ways, and ends each way separately', async () => {
    const [near, far] = connectionPair();
    near.end('a question');
    expect(await text(far)).toBe('a question');
    far.write('an ');
    far.end('answer');
    expect(await text(near)).toBe('an answer');
  });

  it('still delivers what one side wrote before it broke off', async () => {
    const [near, far] = connectionPair();
    far.write('a last word');
    far.destroy();
    expect(await text(near)).toBe('a last word');
  });

  it('pauses the writer until the other side reads', async () => {
    const [near, far] = connectionPair();
    let writes = 0;
    while (near.write(Buffer.alloc(16_384))) writes += 1;
    expect(writes).toBeLessThan(20);
    far.resume();
    await once(near, 'drain');
  });

  it('tells the writer that the other side has gone', async () => {
    const [near, far] = connectionPair();
    near.write(Buffer.alloc(1_000_000));
    near.write('more');
    const failed = once(near, 'error');
    far.destroy();
    expect(String(await failed)).toContain('gone');
  });
});
