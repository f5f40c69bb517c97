import autocannon from 'autocannon';
import { cpuSeconds } from '../processes.mjs';
import { ANSWER, EVENT, INITIALIZE, LEGACY, MESSAGE, MODERN } from './messages.mjs';

/** In the legacy era each connection has a session of its own; the stateless era has none. */
export const LOADS = [
  { name: 'session, JSON', adapter: 'json', inSession: true },
  { name: 'session, events', adapter: 'events', inSession: true },
  { name: 'stateless, JSON', adapter: 'json', inSession: false },
  { name: 'stateless, events', adapter: 'events', inSession: false },
];

async function openSession(url, signIn) {
  const answer = await fetch(url, { method: 'POST', headers: { ...LEGACY, ...signIn }, body: INITIALIZE });
  const session = answer.headers.get('mcp-session-id');
  if (!answer.ok || !session)
    throw new Error(`${url} answered initialize with ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
  return { ...LEGACY, ...signIn, 'mcp-session-id': session };
}

/** Long, because the machine may be busy. A request without an answer by then fails the run. */
const TIMEOUT_SECONDS = 60;

/**
 * Sends the given number of requests to one subject and checks the status and body of every answer. `signIn` returns
 * the headers with which the caller of a connection signs in.
 * @returns requests per second, and microseconds of processor time per request; no time when the subject is not a process
 * @throws Error when an answer differs from the upstream's
 */
export async function measure(
  { name: subject, url: base, child, signIn = () => ({}) },
  { adapter, inSession },
  { requests, connections },
) {
  const url = `${base}/adapters/${adapter}/mcp`;
  const headers = [];
  for (let i = 0; i < connections; i += 1) {
    headers.push(inSession ? await openSession(url, signIn(i)) : { ...MODERN, ...signIn(i) });
  }
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

  await run(Math.max(connections, requests / 5)); // warms up: V8 has compiled the code and all connections are open
  const began = performance.now();
  const before = child && cpuSeconds(child.pid);
  await run(requests);
  const cpu = child && cpuSeconds(child.pid) - before;
  const seconds = (performance.now() - began) / 1_000;
  return { perSecond: requests / seconds, cpuMicros: cpu && (cpu / requests) * 1e6 };
}
