import { adapter } from '../../../test/refs.js';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/wait.js';
import { batchChanges, Watchers } from './watch.js';

function watcher() {
  const reported: string[] = [];
  const stop = new AbortController();
  const report = batchChanges({ changed: ({ name }) => void reported.push(name), synced: () => {} }, stop.signal);
  return { reported, stop, report: (name: string) => report(adapter(name)) };
}

describe('a batch of changes', () => {
  it('reports each resource once, and again after a later change', async () => {
    const { reported, report } = watcher();
    for (const name of ['a', 'b', 'a']) report(name);
    expect(reported).toEqual([]);
    await eventually(() => expect(reported).toEqual(['a', 'b']));
    report('b');
    await eventually(() => expect(reported).toEqual(['a', 'b', 'b']));
  });

  it('is dropped when the watch stops', async () => {
    const { reported, report, stop } = watcher();
    for (const name of ['a', 'b']) report(name);
    stop.abort();
    report('c');
    const other = watcher();
    other.report('last');
    await eventually(() => expect(other.reported).toEqual(['last']));
    expect(reported).toEqual([]);
  });

  it('is dropped when the watch stopped before the first change', async () => {
    const { reported, report, stop } = watcher();
    stop.abort();
    report('a');
    const other = watcher();
    other.report('last');
    await eventually(() => expect(other.reported).toEqual(['last']));
    expect(reported).toEqual([]);
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
    other.report('last');
    await eventually(() => expect(other.reported).toEqual(['last']));
    expect(reported).toEqual([]);
  });
});
