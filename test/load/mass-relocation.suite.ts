import { expect, it } from '@jest/globals';
import { startGateway } from '../data-plane/support/gateway.js';
import { startReplica } from '../data-plane/support/replica.js';
import { rpc } from '../data-plane/support/rpc.js';
import { openSession } from '../data-plane/support/session-server.js';
import { routeTo } from '../data-plane/support/upstream.js';

const SESSIONS = 1_000;
const BATCH = 50;
/** The number of sessions that one data plane moves at once. */
const AT_ONCE = 32;

it(`${SESSIONS} sessions of a replica that dies move to the remaining one without overloading it`, async () => {
  const [first, second] = [await startReplica(), await startReplica({ initializeMs: 200 })];
  const gateway = await startGateway({
    routes: [routeTo(first.endpoint)],
    sessionLimits: { maxOpenPerCaller: SESSIONS },
  });
  const sessions: string[] = [];
  while (sessions.length < SESSIONS) {
    sessions.push(...(await Promise.all(Array.from({ length: BATCH }, () => openSession(gateway.url)))));
  }
  await gateway.publish(routeTo([first.endpoint, second.endpoint]));
  await first.kill();

  const answers = await Promise.all(sessions.map((session) => rpc(gateway.url, session, 'tools/list')));

  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(second.sessions.size).toBe(SESSIONS);
  expect(second.received.filter(({ method }) => method === 'initialize')).toHaveLength(SESSIONS);
  expect(second.mostAtOnce()).toBeGreaterThan(1);
  expect(second.mostAtOnce()).toBeLessThanOrEqual(AT_ONCE);
}, 120_000);
