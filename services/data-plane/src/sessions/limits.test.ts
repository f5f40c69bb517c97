import { describe, expect, it } from '@jest/globals';
import { idleSince, isTooOld, keepSeconds, limitsOf } from './limits.js';

const DEFAULTS = { idleTimeoutSeconds: 600, maxAgeSeconds: 3_600, maxOpen: 100, maxOpenPerCaller: 10 };
const NOW = 1_780_000_000;

describe('the limits of sessions', () => {
  it.each([
    ['are those of the data plane', {}, DEFAULTS],
    ["are the adapter's own, as far as it has any", { maxOpen: 5 }, { ...DEFAULTS, maxOpen: 5 }],
    [
      "are all the adapter's own",
      { idleTimeoutSeconds: 60, maxAgeSeconds: 61, maxOpen: 1, maxOpenPerCaller: 2 },
      { idleTimeoutSeconds: 60, maxAgeSeconds: 61, maxOpen: 1, maxOpenPerCaller: 2 },
    ],
  ])('%s', (_what, sessions, limits) => {
    expect(limitsOf({ sessions }, DEFAULTS)).toEqual(limits);
  });

  it('end a session that was not used, with a little patience', () => {
    expect(idleSince(NOW, DEFAULTS)).toBe(NOW - 620);
  });

  it.each([
    [NOW - 3_599, false],
    [NOW - 3_600, true],
  ])('end a session that began at %i: %s', (issuedAt, isOver) => {
    expect(isTooOld(issuedAt, NOW, DEFAULTS)).toBe(isOver);
  });

  it('have its record kept until it is seen that it was not used', () => {
    expect(keepSeconds(DEFAULTS)).toBeGreaterThan(3_600 + 620);
  });
});
