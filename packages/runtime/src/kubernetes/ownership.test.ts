import { describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../../test/settings.js';
import { workload } from '../../test/supervisor.js';
import type { KubeObject } from './api/objects.js';
import { ADAPTER, ADAPTER_ID, GATEWAY } from './labels.js';
import { metadataOf } from './objects/metadata.js';
import { belongsTo, isMarked } from './ownership.js';

const { labels, annotations, ...metadata } = metadataOf(workload('echo'), DEFAULTS);
const ours = {
  apiVersion: 'v1',
  kind: 'Service' as const,
  metadata: { ...metadata, labels, annotations },
  spec: {},
};
const found = (more: Partial<KubeObject['metadata']>): KubeObject => ({
  metadata: { name: metadata.name, uid: 'u', resourceVersion: '1', creationTimestamp: '', ...more },
});

describe('an object that has the name of ours', () => {
  it.each<[what: string, theirs: Partial<KubeObject['metadata']>, belongs: boolean, marked: boolean]>([
    ['is ours as we made it', { labels, annotations }, true, true],
    ['is ours without its labels', { annotations }, true, false],
    ['is somebody else’s without any word of ours', {}, false, false],
    ['is somebody else’s with labels only', { labels }, false, true],
    ['is an earlier adapter’s', { labels, annotations: { [ADAPTER_ID]: 'earlier' } }, false, true],
    ['is another gateway’s', { labels: { ...labels, [GATEWAY]: 'two' }, annotations }, false, false],
    ['is another adapter’s', { labels: { ...labels, [ADAPTER]: 'two' }, annotations }, false, true],
  ])('%s', (_what, theirs, belongs, marked) => {
    expect([belongsTo(found(theirs), ours), isMarked(found(theirs), DEFAULTS.gateway)]).toEqual([belongs, marked]);
  });
});
