import { describe, expect, it } from '@jest/globals';
import { type Outcome, retryWaitMs } from './retry.js';

const status = (code: number, retryAfterSeconds?: number): Outcome => ({ status: code, retryAfterSeconds });
const get = { method: 'GET', attempt: 1, maxRetries: 2 };

describe('a request', () => {
  it.each<[string, Parameters<typeof retryWaitMs>[0], Outcome, number | undefined]>([
    ['that is safe is sent again after 503', get, status(503), 250],
    ['waits longer before the second time', { ...get, attempt: 2 }, status(503), 500],
    ['is not sent a third time', { ...get, attempt: 3 }, status(503), undefined],
    ['waits as Retry-After says, and a little more', get, status(503, 2), 2_025],
    ['is sent again after 429', get, status(429, 1), 1_025],
    ['that would have to wait for long is given up', get, status(429, 31), undefined],
    ['that is safe is sent again without an answer', get, 'no answer', 250],
    ['that may have changed something is not repeated', { ...get, method: 'POST' }, status(503, 1), undefined],
    [
      'that may have changed something is not repeated without an answer',
      { ...get, method: 'PUT' },
      'no answer',
      undefined,
    ],
    ['that is wrong is not repeated', get, status(400), undefined],
    ['that failed inside the gateway is not repeated', get, status(500), undefined],
  ])('%s', (_what, request, outcome, waitMs) => {
    expect(retryWaitMs(request, outcome, 1)).toBe(waitMs);
  });

  it('of many clients is repeated at different times', () => {
    expect(retryWaitMs(get, 'no answer', 0)).toBe(125);
  });
});
