import { expect, it } from '@jest/globals';
import { freshNamespace } from '../../../../test/cluster/support/namespace.js';
import { afterTest } from '../../../../test/support/clean-up.js';
import { loadServer, settingsFor, startRuntime } from '../../test/kubernetes.js';
import { ids, ready } from '../../test/observed.js';
import { adapter, tool } from '../../test/refs.js';
import { workload } from '../../test/supervisor.js';
import { eventually } from '../../test/wait.js';
import { desiredWorkload, ABSENT } from '../index.js';

const SETTLE_MS = 60_000;
const namespace = freshNamespace();

it('selects the pods of one kind, and removes the objects of one kind, where two kinds share a name', async () => {
  await loadServer();
  const runtime = await startRuntime(settingsFor(namespace.name));
  afterTest(() => runtime.close());
  const echo = workload('echo');
  const other = { ...echo, kind: 'tool' as const, resourceId: '1d6f3a52-1f0e-4c9e-8a53-0a8a2b0f7c22' };
  const isReady = (ref: typeof echo) =>
    eventually(async () => expect(ready(await runtime.observe(ref))).toHaveLength(1), SETTLE_MS);
  for (const each of [echo, other]) await runtime.apply(desiredWorkload(each));
  for (const each of [echo, other]) await isReady(each);

  const { spec } = await namespace.get<{ spec: { selector: Record<string, string> } }>('service', 'tool-echo');
  const policy = await namespace.get<{ spec: { podSelector: { matchLabels: object } } }>('networkpolicy', 'tool-echo');
  expect(policy.spec.podSelector.matchLabels).toEqual(spec.selector);
  const labels = Object.entries(spec.selector).map(([label, value]) => `${label}=${value}`);
  const selected = await namespace.kubectl('get', 'pods', `--selector=${labels.join()}`, '--output=name');
  expect(selected.trim()).toBe('pod/tool-echo-0');

  const before = ids(await runtime.observe(tool('echo')));
  await runtime.remove(adapter('echo'));
  await eventually(async () => expect(await runtime.observe(adapter('echo'))).toEqual(ABSENT), SETTLE_MS);
  expect(ids(await runtime.observe(tool('echo')))).toEqual(before);
  expect(await runtime.list()).toEqual([tool('echo')]);
});
