import { describe, expect, it } from '@jest/globals';
import { ownedObject } from '../../../test/context.js';
import { DEFAULTS } from '../../../test/settings.js';
import type { KubeObject } from '../api/types.js';
import { isFieldManager } from './owner.js';
import { GATEWAY, hasOwnerLabels, KIND, NAME } from './labels.js';

describe('an object in the namespace', () => {
  it.each<[what: string, labels: Record<string, string>, marked: boolean]>([
    ['is marked as ours by our labels', { [GATEWAY]: DEFAULTS.gateway, [KIND]: 'adapter', [NAME]: 'echo' }, true],
    ['is not marked without them', {}, false],
    ['is not marked by the label of another gateway', { [GATEWAY]: 'two', [KIND]: 'adapter', [NAME]: 'echo' }, false],
    ['is not marked by ours alone, of no resource', { [GATEWAY]: DEFAULTS.gateway }, false],
    [
      'is not marked with a kind that is unknown',
      { [GATEWAY]: DEFAULTS.gateway, [KIND]: 'other', [NAME]: 'echo' },
      false,
    ],
  ])('%s', (_what, labels, marked) => {
    expect(hasOwnerLabels(ownedObject('Service', { labels }), DEFAULTS.gateway)).toBe(marked);
  });

  it.each<[what: string, managedFields: KubeObject['metadata']['managedFields'], byUs: boolean]>([
    ['is made by us when we applied it', [{ manager: 'mcp-gateway/mcp-gateway', operation: 'Apply' }], true],
    [
      'is made by us, whoever changed it since',
      [
        { manager: 'kubectl', operation: 'Update' },
        { manager: 'mcp-gateway/mcp-gateway', operation: 'Apply' },
      ],
      true,
    ],
    ['is not when another gateway applied it', [{ manager: 'mcp-gateway/two', operation: 'Apply' }], false],
    [
      'is not when somebody only wrote under our name',
      [{ manager: 'mcp-gateway/mcp-gateway', operation: 'Update' }],
      false,
    ],
    ['is not when we only gave it labels', [{ manager: 'mcp-gateway/mcp-gateway/labels', operation: 'Apply' }], false],
    ['is not when nobody is said to have made it', undefined, false],
  ])('%s', (_what, managedFields, byUs) => {
    const { metadata, ...rest } = ownedObject('Service');
    const object = { ...rest, metadata: { ...metadata, managedFields: managedFields ?? [] } };
    if (!managedFields) delete (object.metadata as KubeObject['metadata']).managedFields;
    expect(isFieldManager(DEFAULTS.gateway, object)).toBe(byUs);
  });
});
