import { describe, expect, it } from '@jest/globals';
import { idleSince, isTooOld, keepSeconds, limitsOf } from './limits.js';

const DEFAULTS = { idleTimeoutSeconds: 600, maxAgeSeconds: 3_600, maxOpen: 100, maxOpenPerCaller: 10 };
const NOW = 1_780_000_000;

describe('session limits', () => {
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

  it('end an idle session, after some slack', () => {
    expect(idleSince(NOW, DEFAULTS)).toBe(NOW - 620);
  });

  it.each([
    [NOW - 3_599, false],
    [NOW - 3_600, true],
  ])('end a session that was opened at %i: %s', (issuedAt, isOver) => {
    expect(isTooOld(issuedAt, NOW, DEFAULTS)).toBe(isOver);
  });

  it('keep the record until expiry can find that the session is idle', () => {
    expect(keepSeconds(DEFAULTS)).toBeGreaterThan(3_600 + 620);
  });
});
