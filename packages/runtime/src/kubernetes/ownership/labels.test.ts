import { describe, expect, it } from '@jest/globals';
import { ownedObject } from '../../../test/context.js';
import { DEFAULTS } from '../../../test/settings.js';
import type { KubeObject } from '../api/types.js';
import { isFieldManager } from './owner.js';
import {
  GATEWAY_LABEL,
  hasOwnerLabels,
  KIND_LABEL,
  labelSelector,
  labelsOf,
  NAME_LABEL,
  selectorLabels,
} from './labels.js';

describe('the labels of a resource', () => {
  it('select its own objects, and none of a resource of another kind', () => {
    const labels = { 'mcp-gateway.io/gateway': 'two', 'mcp-gateway.io/kind': 'tool', 'mcp-gateway.io/name': 'echo' };
    expect(selectorLabels('two', { kind: 'tool', name: 'echo' })).toEqual(labels);
    expect(labelsOf('two', { kind: 'tool', name: 'echo' })).toEqual({
      ...labels,
      'app.kubernetes.io/name': 'mcp-server',
      'app.kubernetes.io/instance': 'echo',
      'app.kubernetes.io/component': 'tool',
      'app.kubernetes.io/part-of': 'mcp-gateway',
      'app.kubernetes.io/managed-by': 'mcp-gateway',
    });
  });

  it('are all in the selector of informers', () => {
    expect(labelSelector('two')).toBe('mcp-gateway.io/gateway=two,mcp-gateway.io/kind,mcp-gateway.io/name');
  });
});

describe('an object in the namespace', () => {
  it.each<[what: string, labels: Record<string, string>, marked: boolean]>([
    [
      'has the owner labels with all three labels',
      { [GATEWAY_LABEL]: DEFAULTS.gateway, [KIND_LABEL]: 'adapter', [NAME_LABEL]: 'echo' },
      true,
    ],
    ['has no owner labels without labels', {}, false],
    [
      'has no owner labels with those of another gateway',
      { [GATEWAY_LABEL]: 'two', [KIND_LABEL]: 'adapter', [NAME_LABEL]: 'echo' },
      false,
    ],
    ['has no owner labels with the gateway alone', { [GATEWAY_LABEL]: DEFAULTS.gateway }, false],
    [
      'has no owner labels with an unknown kind',
      { [GATEWAY_LABEL]: DEFAULTS.gateway, [KIND_LABEL]: 'other', [NAME_LABEL]: 'echo' },
      false,
    ],
  ])('%s', (_what, labels, marked) => {
    expect(hasOwnerLabels(ownedObject('Service', { labels }), DEFAULTS.gateway)).toBe(marked);
  });

  it.each<[what: string, managedFields: KubeObject['metadata']['managedFields'], byUs: boolean]>([
    ['is ours when this gateway applied it', [{ manager: 'mcp-gateway/mcp-gateway', operation: 'Apply' }], true],
    [
      'is ours even when another client changed it since',
      [
        { manager: 'kubectl', operation: 'Update' },
        { manager: 'mcp-gateway/mcp-gateway', operation: 'Apply' },
      ],
      true,
    ],
    ['is not ours when another gateway applied it', [{ manager: 'mcp-gateway/two', operation: 'Apply' }], false],
    [
      'is not ours when a client only updated it under our field manager',
      [{ manager: 'mcp-gateway/mcp-gateway', operation: 'Update' }],
      false,
    ],
    [
      'is not ours when this gateway only restored its labels',
      [{ manager: 'mcp-gateway/mcp-gateway/labels', operation: 'Apply' }],
      false,
    ],
    ['is not ours without a field manager', undefined, false],
  ])('%s', (_what, managedFields, byUs) => {
    const { metadata, ...rest } = ownedObject('Service');
    const object = { ...rest, metadata: { ...metadata, managedFields: managedFields ?? [] } };
    if (!managedFields) delete (object.metadata as KubeObject['metadata']).managedFields;
    expect(isFieldManager(DEFAULTS.gateway, object)).toBe(byUs);
  });
});
