import sequencer from '@jest/test-sequencer';

// Its types are of its CommonJS half, which is not the one that is imported.
const Sequencer = /** @type {typeof sequencer.default} */ (/** @type {unknown} */ (sequencer));

/** What takes minutes. The first of them also builds images that others need. */
const FIRST = ['chart/install', 'kubernetes/outages', 'kubernetes/runtime', 'kubernetes/status'];

/** Begins with the long ones, or one of them would be what is left to wait for at the end. */
export default class LongFirst extends Sequencer {
  /**
   * @override
   * @param {Parameters<InstanceType<typeof Sequencer>['sort']>[0]} tests
   */
  async sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- jest's, of no array
    const sorted = await super.sort(tests);
    return sorted.toSorted((a, b) => placeOf(a.path) - placeOf(b.path));
  }
}

/** @param {string} path */
function placeOf(path) {
  const place = FIRST.findIndex((name) => path.endsWith(`/${name}.cluster.test.ts`));
  return place === -1 ? FIRST.length : place;
}
