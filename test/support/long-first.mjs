import sequencer from '@jest/test-sequencer';

// Its types are of its CommonJS half, which is not the one that is imported.
const Sequencer = /** @type {typeof sequencer.default} */ (/** @type {unknown} */ (sequencer));

/**
 * Begins with the long files, or one of them would be what is left to wait for at the end. Jest itself knows how long they
 * take only where it has run before, and goes by their size elsewhere.
 * @param {string[]} names of the files as their paths end, without `.test.ts`
 */
export function longFirst(names) {
  /** @param {string} path */
  const placeOf = (path) => {
    const place = names.findIndex((name) => path.endsWith(`/${name}.test.ts`));
    return place === -1 ? names.length : place;
  };
  return class LongFirst extends Sequencer {
    /**
     * @override
     * @param {Parameters<InstanceType<typeof Sequencer>['sort']>[0]} tests
     */
    async sort(tests) {
      // oxlint-disable-next-line unicorn/no-array-sort -- jest's, of no array
      const sorted = await super.sort(tests);
      return sorted.toSorted((a, b) => placeOf(a.path) - placeOf(b.path));
    }
  };
}
