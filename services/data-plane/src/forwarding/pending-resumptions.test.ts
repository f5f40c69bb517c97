import { expect, it } from '@jest/globals';
import { createLogger } from '@mcp-gateway/platform/logging';
import { activityTracker } from '../sessions/activity.js';
import { pendingResumptions } from './pending-resumptions.js';

const PLACE = { endpointId: 'a', upstreamId: 'up', moves: 0, closed: false };

function start() {
  const activity = activityTracker({ touch: async () => {} }, createLogger('test', 'silent'));
  activity.close();
  return { calls: (session: string) => activity.calls(session, 'a'), resumption: pendingResumptions(activity) };
}

it('counts as a call under way until each of its requests is answered', () => {
  const { calls, resumption } = start();
  resumption.add('s', PLACE, { eventId: '1', ids: [7, 'x'] });
  const call = resumption.resume('s', '1');
  call?.answered(7);
  call?.answered(7);
  expect(calls('s')).toBe(1);
  call?.answered('x');
  expect([calls('s'), resumption.resume('s', '1')]).toEqual([0, undefined]);
});

it('is found by the last event id that its client received, in its session only', () => {
  const { calls, resumption } = start();
  resumption.add('s', PLACE, { eventId: '1', ids: [7] });
  resumption.resume('s', '1')?.awaitAfter('2');
  expect([resumption.resume('s', '1'), resumption.resume('t', '2'), calls('s')]).toEqual([undefined, undefined, 1]);
  resumption.resume('s', '2')?.abandon();
  expect(calls('s')).toBe(0);
});

it('is abandoned when there are too many', () => {
  const { calls, resumption } = start();
  const ids = ['x'.repeat(1024 * 1024)];
  for (let session = 1; session <= 20; session += 1) resumption.add(String(session), PLACE, { eventId: '1', ids });
  expect([calls('1'), resumption.resume('1', '1'), calls('20')]).toEqual([0, undefined, 1]);
});
