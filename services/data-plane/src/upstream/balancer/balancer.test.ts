import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint, Route } from '@mcp-gateway/common/contracts';
import { endpoint, routeOf } from '../../../test/routes.js';
import { type Balancer, createBalancer } from './balancer.js';

describe('the balancer', () => {
  let now: number;
  let random: () => number;
  let sessions: Record<string, number>;
  let inFlight: Record<string, number>;
  let balancer: Balancer;
  let seen = 0;

  beforeEach(() => {
    now = 1_000_000;
    random = () => ((seen += 7) % 100) / 100;
    sessions = {};
    inFlight = {};
    balancer = createBalancer({
      sessionsOn: ({ id }) => sessions[id] ?? 0,
      inFlight: ({ id }) => inFlight[id] ?? 0,
      now: () => now,
      random: () => random(),
    });
  });

  /** All endpoints that many tries choose for new sessions, and for requests. */
  function chosen(route: Route) {
    const tries = Array.from({ length: 200 });
    const ids = (choose: () => Endpoint | undefined) => new Set(tries.map(() => choose()?.id));
    return { forSession: ids(() => balancer.forSession(route)), forRequest: ids(() => balancer.forRequest(route)) };
  }
  const both = (...ids: (string | undefined)[]) => ({ forSession: new Set(ids), forRequest: new Set(ids) });
  function routed(...endpoints: Endpoint[]): Route {
    balancer.keepOnly(endpoints);
    return routeOf(endpoints);
  }

  it('chooses no endpoint when none is ready', () => {
    expect(chosen(routed())).toEqual(both(undefined));
    expect(chosen(routed(endpoint('a', { ready: false })))).toEqual(both(undefined));
  });

  it('never chooses a draining endpoint while another is ready, even if the draining one is ready', () => {
    expect(chosen(routed(endpoint('a', { draining: true }), endpoint('b')))).toEqual(both('b'));
  });

  it('falls back to a draining or unreachable endpoint when none is ready, unless only a ready one is allowed', () => {
    const until = (ms: number) => new Date(now + ms).toISOString();
    const drains = endpoint('drains', { ready: false, serving: true, draining: true, drainUntil: until(5_000) });
    const ends = endpoint('ends', { ready: false, serving: true, draining: true, drainUntil: until(100) });
    const silent = endpoint('silent', { ready: false, serving: true });
    const fails = endpoint('fails', { ready: false });
    expect(chosen(routed(drains, endpoint('a')))).toEqual(both('a'));
    expect(chosen(routed(drains, ends, silent, fails))).toEqual(both('drains'));
    expect(chosen(routed(ends, silent, fails))).toEqual(both('silent'));
    expect(chosen(routed(ends, fails))).toEqual(both(undefined));
    expect(balancer.forSession(routed(drains), { ready: true })).toBeUndefined();
    expect(balancer.forSession(routed(drains), { avoid: new Set(['drains']) })).toBeUndefined();
  });

  it('chooses the endpoint with fewer sessions', () => {
    sessions = { a: 5, b: 4 };
    expect(balancer.forSession(routed(endpoint('a'), endpoint('b')))?.id).toBe('b');
  });

  it('counts requests in flight as load, because many of them begin sessions', () => {
    [sessions, inFlight] = [{ a: 4, b: 5 }, { a: 3 }];
    expect(balancer.forSession(routed(endpoint('a'), endpoint('b')))?.id).toBe('b');
  });

  it('excludes the endpoints to avoid', () => {
    const route = routed(endpoint('a'), endpoint('b'));
    expect(balancer.forSession(route, { avoid: new Set(['a']) })?.id).toBe('b');
    expect(balancer.forSession(route, { avoid: new Set(['a', 'b']) })).toBeUndefined();
  });

  it('prefers endpoints that run the current spec on request, and falls back to the others', () => {
    sessions = { new: 50 };
    const route = routed(endpoint('old', { updated: false }), endpoint('new', { updated: true }));
    expect(balancer.forSession(route, { updated: true })?.id).toBe('new');
    expect(balancer.forSession(route)?.id).toBe('old');
    expect(balancer.forSession(route, { updated: true, avoid: new Set(['new']) })?.id).toBe('old');
  });

  it('ejects an endpoint that fails, retries it after a while, and trusts it again when it answers', () => {
    const [a, b] = [endpoint('a'), endpoint('b')];
    const route = routed(a, b);
    for (let i = 0; i < 3; i++) balancer.recordOutcome(a, 'failed');
    expect(chosen(route)).toEqual(both('b'));
    now += 2_000;
    expect(chosen(route)).toEqual(both('a', 'b'));
    balancer.recordOutcome(a, 'failed');
    expect(chosen(route)).toEqual(both('b'));
    now += 4_000;
    balancer.recordOutcome(a, 'answered');
    balancer.recordOutcome(a, 'failed');
    expect(chosen(route)).toEqual(both('a', 'b'));
  });

  it('continues with all endpoints when all of them fail', () => {
    const [a, b] = [endpoint('a'), endpoint('b')];
    const route = routed(a, b);
    for (let i = 0; i < 3; i++) [a, b].forEach((each) => balancer.recordOutcome(each, 'failed'));
    expect(chosen(route).forSession.size).toBe(1);
    expect(chosen(route)).not.toEqual(both(undefined));
  });

  it('continues with a failing endpoint when no other is ready', () => {
    const [a, b] = [endpoint('a'), endpoint('b', { ready: false })];
    const route = routed(a, b);
    for (let i = 0; i < 3; i++) balancer.recordOutcome(a, 'failed');
    expect(chosen(route)).toEqual(both('a'));
  });

  it('gives a new endpoint a growing share, and the endpoints found at start-up their whole share', () => {
    routed(endpoint('a'), endpoint('b'));
    const route = routed(endpoint('a'), endpoint('b'), endpoint('new'));
    const share = () => {
      const tries = Array.from({ length: 500 }, () => balancer.forRequest(route)?.id);
      return tries.filter((id) => id === 'new').length;
    };
    const shares = [0, 5_000, 5_000].map((pause) => {
      now += pause;
      return share();
    });
    expect(shares[0]).toBeLessThan(60);
    expect(shares[1]).toBeGreaterThan(shares[0] as number);
    expect(shares[2]).toBeGreaterThan(130);
  });

  it('treats an endpoint that was unready for a while as new', () => {
    const ready = routed(endpoint('a'), endpoint('b'));
    routed(endpoint('a'), endpoint('b', { ready: false }));
    routed(endpoint('a'), endpoint('b'));
    random = () => 0.4; // above its share
    expect(balancer.forRequest(ready)?.id).toBe('a');
    now += 10_000;
    expect(balancer.forRequest(ready)?.id).toBe('b');
  });
});
