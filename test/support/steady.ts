import { setTimeout as delay } from 'node:timers/promises';
import { afterEach } from '@jest/globals';
import { count, type Session } from './clients.js';

const PACE_MS = 25;

const used: Steady[] = [];
afterEach(async () => {
  await Promise.all(used.splice(0).map((each) => each.stop()));
});

export interface Steady {
  /** Stops after the current call. */
  stop(): Promise<{ calls: number; failures: string[] }>;
}

/** Uses a session until `stop` is called or the test ends; any answer but the next number is a failure. */
export function useSteadily(session: Session): Steady {
  const failures: string[] = [];
  let calls = 0;
  let stopping = false;
  const using = (async () => {
    let expected = await count(session);
    while (!stopping) {
      calls += 1;
      expected += 1;
      try {
        const seen = await count(session);
        if (seen !== expected) failures.push(`call ${calls} counted ${seen}, not ${expected}`);
        expected = seen;
      } catch (error) {
        failures.push(`call ${calls}: ${(error as Error).message}`);
        expected -= 1;
      }
      await delay(PACE_MS);
    }
  })();
  const steady: Steady = {
    async stop() {
      stopping = true;
      await using;
      return { calls, failures };
    },
  };
  used.push(steady);
  return steady;
}
