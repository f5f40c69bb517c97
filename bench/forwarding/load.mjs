import autocannon from 'autocannon';
import { cpuSeconds } from '../processes.mjs';
import { ANSWER, EVENT, INITIALIZE, LEGACY, MESSAGE, MODERN } from './messages.mjs';

/** Each connection has a session of its own, or none in the stateless era. */
export const LOADS = [
  { name: 'session, JSON', adapter: 'json', inSession: true },
  { name: 'session, events', adapter: 'events', inSession: true },
  { name: 'stateless, JSON', adapter: 'json', inSession: false },
  { name: 'stateless, events', adapter: 'events', inSession: false },
];

async function openSession(url) {
  const answer = await fetch(url, { method: 'POST', headers: LEGACY, body: INITIALIZE });
  const session = answer.headers.get('mcp-session-id');
  if (!answer.ok || !session)
    throw new Error(`${url} answered initialize with ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
  return { ...LEGACY, 'mcp-session-id': session };
}

/**
 * One load on one subject. Every answer's status and body are checked.
 * @returns requests in a second, and microseconds of the subject's processor time for each; none for one that is no process
 * @throws Error when an answer was not what the upstream says
 */
export async function measure({ name: subject, url: base, child }, { adapter, inSession }, { seconds, connections }) {
  const url = `${base}/adapters/${adapter}/mcp`;
  const headers = [];
  for (let i = 0; i < connections; i += 1) headers.push(inSession ? await openSession(url) : MODERN);
  const all = { url, method: 'POST', body: MESSAGE, connections, expectBody: adapter === 'json' ? ANSWER : EVENT };
  // Told apart by what they are called with, as a client may set its own only once it is made.
  const run = (duration) => {
    let next = 0;
    return autocannon({ ...all, duration, setupClient: (client) => client.setHeaders(headers[next++ % connections]) });
  };

  await run(1); // so that what is compiled and connected is so
  const before = child && cpuSeconds(child.pid);
  const { requests, errors, timeouts, mismatches, non2xx } = await run(seconds);
  const cpu = child && cpuSeconds(child.pid) - before;
  if (errors + timeouts + mismatches + non2xx > 0 || requests.total === 0) {
    const what = JSON.stringify({ errors, timeouts, mismatches, non2xx, answered: requests.total });
    throw new Error(`${subject} did not answer ${adapter} as the upstream does: ${what}`);
  }
  return { perSecond: requests.total / seconds, cpuMicros: cpu && (cpu / requests.total) * 1e6 };
}
