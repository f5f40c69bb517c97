import sequencer from '@jest/test-sequencer';

// The package's types describe its CommonJS entry, and this file imports the other one.
const Sequencer = /** @type {typeof sequencer.default} */ (/** @type {unknown} */ (sequencer));

/** Files that take minutes. The first also builds images that other files need. */
const LONG = [
  'chart/install.cluster',
  'chart/signed-in-calls.cluster',
  'chart/sign-in.cluster',
  'compose/engine.cluster',
  'kubernetes/faults.cluster',
  'kubernetes/outages.cluster',
  'kubernetes/runtime.cluster',
  'kubernetes/status.cluster',
];

/** @param {string} path */
function placeOf(path) {
  const place = LONG.findIndex((name) => path.endsWith(`/${name}.test.ts`));
  return place === -1 ? LONG.length : place;
}

/** Starts with the long files, so that none of them runs alone at the end. */
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
