import { describe, expect, it } from '@jest/globals';
import { ownObject } from '../../test/parts.js';
import { DEFAULTS } from '../../test/settings.js';
import { ADAPTER, GATEWAY } from './labels.js';
import { isMarked } from './ownership.js';

describe('an object in the namespace', () => {
  it.each<[what: string, labels: Record<string, string>, marked: boolean]>([
    ['is marked as ours by our labels', { [GATEWAY]: DEFAULTS.gateway, [ADAPTER]: 'echo' }, true],
    ['is not marked without them', {}, false],
    ['is not marked by the label of another gateway', { [GATEWAY]: 'two', [ADAPTER]: 'echo' }, false],
    ['is not marked by ours alone, of no adapter', { [GATEWAY]: DEFAULTS.gateway }, false],
  ])('%s', (_what, labels, marked) => {
    expect(isMarked(ownObject('Service', { labels }), DEFAULTS.gateway)).toBe(marked);
  });
});
