import { describe, expect, it } from '@jest/globals';
import { INSTANCES, instance } from './instance.mjs';

const all = [...Array(INSTANCES).keys()].map(instance);

/** First and last address of `a.b.c.d/n`, as numbers. */
function bounds(range: string): [number, number] {
  const [address = '', prefix] = range.split('/');
  const first = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return [first, first + 2 ** (32 - Number(prefix)) - 1];
}

describe('the instances of the test cluster', () => {
  it('have ranges of addresses that do not overlap', () => {
    const ranges = all.flatMap(({ pods, services, address }) => [pods, services, `${address.replace(/1$/, '0')}/24`]);
    const sorted = ranges.map(bounds).toSorted(([a], [b]) => a - b);
    sorted.slice(1).forEach(([first], index) => expect(first).toBeGreaterThan(Number(sorted[index]?.[1])));
  });

  it('have distinct names and folders, and valid names of network devices', () => {
    for (const field of ['name', 'folder', 'server'] as const) {
      expect(new Set(all.map((each) => each[field])).size).toBe(INSTANCES);
    }
    for (const { devices } of all) expect(Math.max(devices.inside.length, devices.outside.length)).toBeLessThan(16);
  });

  it.each([-1, INSTANCES, 1.5, Number.NaN])('do not include the number %p', (number) => {
    expect(() => instance(number)).toThrow('from 0 to 15');
  });
});
