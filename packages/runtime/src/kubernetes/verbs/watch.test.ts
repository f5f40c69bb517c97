import { adapter } from '../../../test/refs.js';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/wait.js';
import { batchChanges } from './watch.js';

function watcher() {
  const told: string[] = [];
  const stop = new AbortController();
  const tell = batchChanges({ changed: ({ name }) => void told.push(name), synced: () => {} }, stop.signal);
  return { told, stop, tell: (name: string) => tell(adapter(name)) };
}

describe('changes in a row', () => {
  it('are told once for each name, and later ones again', async () => {
    const { told, tell } = watcher();
    for (const name of ['a', 'b', 'a']) tell(name);
    expect(told).toEqual([]);
    await eventually(() => expect(told).toEqual(['a', 'b']));
    tell('b');
    await eventually(() => expect(told).toEqual(['a', 'b', 'b']));
  });

  it('are told to nobody who has stopped to watch', async () => {
    const { told, tell, stop } = watcher();
    for (const name of ['a', 'b']) tell(name);
    stop.abort();
    tell('c');
    const other = watcher();
    other.tell('last');
    await eventually(() => expect(other.told).toEqual(['last']));
    expect(told).toEqual([]);
  });

  it('are told to nobody who stopped before the first', async () => {
    const { told, tell, stop } = watcher();
    stop.abort();
    tell('a');
    const other = watcher();
    other.tell('last');
    await eventually(() => expect(other.told).toEqual(['last']));
    expect(told).toEqual([]);
  });
});
