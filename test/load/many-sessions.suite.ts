import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { example } from '../support/api.js';
import { connect, whoami, type Session, type Whoami } from '../support/clients.js';
import { startDataPlane, startGateway, type Gateway } from '../support/gateway.js';
import { loadBalancer } from '../support/load-balancer.js';
import { isAlive } from '../support/processes.js';
import { answeredAfter, failuresOf, figures, longest, useAll } from '../support/session-load.js';
import { waitFor } from '../support/wait.js';

const SESSIONS = 200;
const AT_ONCE = 20;
const REPLICAS = 3;
/** Leaves the servers a share of the two cores. */
const PACE_MS = 1_500;
/** Every call is answered within this time; clients would wait much longer. */
const ANSWERED_MS = 20_000;
const STATES_OUTCOME = /may or may not have run|did not run/;

let gateway: Gateway;
let second: Awaited<ReturnType<typeof startDataPlane>>;
let balancer: ReturnType<typeof loadBalancer>;
beforeAll(async () => {
  gateway = await startGateway({ env: { MCP_GATEWAY_DRAIN_SECONDS: '3' } });
  await gateway.api.create(example('many', { replicaCount: REPLICAS }));
  await gateway.api.ready('many');
  second = await startDataPlane(gateway);
}, 60_000);

let sessions: Session[];
let places: Whoami[];
beforeEach(async () => {
  balancer = loadBalancer(gateway.url, second.url);
  sessions = [];
  while (sessions.length < SESSIONS) {
    const more = Array.from({ length: AT_ONCE }, () => connect(gateway.api.mcp('many'), { fetch: balancer.fetch }));
    sessions.push(...(await Promise.all(more)));
  }
  places = await Promise.all(sessions.map(whoami));
}, 60_000);
afterEach(() => {
  sessions = [];
});

const indexesOn = (pid: number) => places.flatMap((place, index) => (place.pid === pid ? [index] : []));
const report = (what: string, text: string) => process.stdout.write(`${what}: ${text}\n`);

describe(`${SESSIONS} sessions over ${REPLICAS} replicas and two data planes`, () => {
  it('continue when one replica is killed', async () => {
    const pids = new Set(places.map(({ pid }) => pid));
    expect(pids.size).toBe(REPLICAS);
    const ids = sessions.map(({ transport }) => transport.sessionId);
    const [victim = 0] = pids;
    const lost = indexesOn(victim);
    const load = useAll(sessions, PACE_MS);
    await waitFor('all of them to be used', () => new Set(load.uses.map(({ session }) => session)).size === SESSIONS);

    // Stops the replica for a moment first, so that calls of every kind are under way when it dies.
    process.kill(victim, 'SIGSTOP');
    await delay(600);
    const killed = performance.now();
    process.kill(victim, 'SIGKILL');
    await delay(5_000);
    const uses = await load.stop();

    const failures = uses.filter(({ failure }) => failure !== undefined);
    report('a replica is killed', `${lost.length} of ${SESSIONS} sessions were on it, ${uses.length} calls`);
    report('  until a moved session answers', figures(answeredAfter(uses, killed, lost)));
    report('  calls that may not run twice and were under way', String(failures.length));
    expect(failuresOf(uses)).toEqual([]);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.filter(({ failure = '' }) => !STATES_OUTCOME.test(failure))).toEqual([]);
    expect(failures.filter(({ session }) => !lost.includes(session))).toEqual([]);
    expect(longest(uses)).toBeLessThan(ANSWERED_MS);
    expect(answeredAfter(uses, killed, lost)).not.toContain(Infinity);
    const after = await Promise.all(sessions.map(whoami));
    expect(after.map(({ pid }) => pid)).not.toContain(victim);
    expect(sessions.map(({ transport }) => transport.sessionId)).toEqual(ids);
    const kept = after.filter((_, index) => !lost.includes(index));
    expect(kept).toEqual(places.filter((_, index) => !lost.includes(index)));
    await gateway.api.ready('many');
  }, 120_000);

  it('continue without a failed call while every replica is replaced', async () => {
    const load = useAll(sessions, PACE_MS);
    const began = performance.now();
    await gateway.api.update(example('many', { replicaCount: REPLICAS, environmentVariables: { EDITION: 'second' } }));
    await gateway.api.ready('many', 60_000);
    report('a rolling update', `${((performance.now() - began) / 1000).toFixed(1)} s`);
    const uses = await load.stop();

    const all = Array.from(sessions.keys());
    report('  until a session answers during it', figures(answeredAfter(uses, began, all)));
    report('  calls', `${uses.length}, the longest took ${Math.round(longest(uses))} ms`);
    expect(uses.filter(({ failure }) => failure !== undefined)).toEqual([]);
    const after = await Promise.all(sessions.map(whoami));
    const before = new Set(places.map(({ pid }) => pid));
    expect(after.filter(({ pid }) => before.has(pid))).toEqual([]);
    expect(new Set(after.map(({ pid }) => pid)).size).toBeGreaterThan(1);
  }, 120_000);

  it('continue on their replicas without a failed call while a data plane is restarted', async () => {
    const load = useAll(sessions, PACE_MS);
    await waitFor('all of them to be used', () => new Set(load.uses.map(({ session }) => session)).size === SESSIONS);
    const old = second;
    await balancer.remove(old.url);
    const began = performance.now();
    process.kill(old.pid, 'SIGTERM');
    second = await startDataPlane(gateway);
    balancer.add(second.url);
    await waitFor('the old one to end', () => !isAlive(old.pid), 15_000);
    report('a data plane is restarted', `${((performance.now() - began) / 1000).toFixed(1)} s`);
    const uses = await load.stop();

    report('  until a session answers during it', figures(answeredAfter(uses, began, Array.from(sessions.keys()))));
    expect(uses.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(await Promise.all(sessions.map(whoami))).toEqual(places);
  }, 120_000);
});
