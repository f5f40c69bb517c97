import { adapter } from '../../../test/refs.js';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/wait.js';
import { batchChanges, Watchers } from './watch.js';

function watcher() {
  const told: string[] = [];
  const stop = new AbortController();
  const tell = batchChanges({ changed: ({ name }) => void told.push(name), synced: () => {} }, stop.signal);
  return { told, stop, tell: (name: string) => tell(adapter(name)) };
}

describe('a batch of changes', () => {
  it('reports each resource once, and again after a later change', async () => {
    const { told, tell } = watcher();
    for (const name of ['a', 'b', 'a']) tell(name);
    expect(told).toEqual([]);
    await eventually(() => expect(told).toEqual(['a', 'b']));
    tell('b');
    await eventually(() => expect(told).toEqual(['a', 'b', 'b']));
  });

  it('is dropped when the watch stops', async () => {
    const { told, tell, stop } = watcher();
    for (const name of ['a', 'b']) tell(name);
    stop.abort();
    tell('c');
    const other = watcher();
    other.tell('last');
    await eventually(() => expect(other.told).toEqual(['last']));
    expect(told).toEqual([]);
  });

  it('is dropped when the watch stopped before the first change', async () => {
    const { told, tell, stop } = watcher();
    stop.abort();
    tell('a');
    const other = watcher();
    other.tell('last');
    await eventually(() => expect(other.told).toEqual(['last']));
    expect(told).toEqual([]);
  });
});

describe('watchers', () => {
  const listener = () => {
    const reported: string[] = [];
    const each = {
      changed: ({ name }: { name: string }) => void reported.push(name),
      synced: () => void reported.push('synced'),
    };
    return { each, reported };
  };

  it('report that everything was seen, and then each change', async () => {
    const watchers = new Watchers();
    const { each, reported } = listener();
    watchers.add(each, Promise.resolve(), new AbortController().signal);
    watchers.notify(adapter('a'));
    await eventually(() => expect(reported).toEqual(['synced', 'a']));
    watchers.close();
  });

  it('report nothing after close, not even a change from before', async () => {
    const watchers = new Watchers();
    const { each, reported } = listener();
    const synced = Promise.withResolvers<void>();
    watchers.add(each, synced.promise, new AbortController().signal);
    watchers.notify(adapter('a'));
    watchers.close();
    synced.resolve();
    watchers.notify(adapter('b'));
    const other = watcher();
    other.tell('last');
    await eventually(() => expect(other.told).toEqual(['last']));
    expect(reported).toEqual([]);
  });
});
