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

/** Long, as the machine may be busy with other things; what was not answered by then fails the run. */
const TIMEOUT_SECONDS = 60;

/**
 * One load of so many requests on one subject. Every answer's status and body are checked.
 * @returns requests in a second, and microseconds of the subject's processor time for each; none for one that is no process
 * @throws Error when an answer was not what the upstream says
 */
export async function measure({ name: subject, url: base, child }, { adapter, inSession }, { requests, connections }) {
  const url = `${base}/adapters/${adapter}/mcp`;
  const headers = [];
  for (let i = 0; i < connections; i += 1) headers.push(inSession ? await openSession(url) : MODERN);
  const run = async (amount) => {
    let next = 0;
    const setupClient = (client) => client.setHeaders(headers[next++ % connections]);
    const expectBody = adapter === 'json' ? ANSWER : EVENT;
    const load = { url, method: 'POST', body: MESSAGE, connections, amount, timeout: TIMEOUT_SECONDS };
    const result = await autocannon({ ...load, expectBody, setupClient });
    const { errors, timeouts, mismatches, non2xx, '2xx': answered } = result;
    if (answered === amount && errors + timeouts + mismatches + non2xx === 0) return;
    const what = JSON.stringify({ errors, timeouts, mismatches, non2xx, answered, amount });
    throw new Error(`${subject} did not answer ${adapter} as the upstream does: ${what}`);
  };

  await run(Math.max(connections, requests / 5)); // so that what is compiled and connected is so
  const began = performance.now();
  const before = child && cpuSeconds(child.pid);
  await run(requests);
  const cpu = child && cpuSeconds(child.pid) - before;
  const seconds = (performance.now() - began) / 1_000;
  return { perSecond: requests / seconds, cpuMicros: cpu && (cpu / requests) * 1e6 };
}
