import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { invalidToken } from '../../bearer.js';
import type { Claims } from '../claims.js';
import { unknownTokenBudget } from './budget.js';
import { IntrospectedTokenTable } from './tokens.js';

const SECONDS = 1000;
const START = 1_000_000 * SECONDS;

let clock = START;
let asked: string[];
let answers: Map<string, Partial<Principal>>;
let isDown: boolean;
const warn = jest.fn();
const revoked = jest.fn();

beforeEach(() => {
  [clock, asked, answers, isDown] = [START, [], new Map(), false];
  warn.mockClear();
  revoked.mockClear();
  answers.set('good', {});
});

function table(more: { maxTokens?: number; cacheSeconds?: number; introspect?: () => Promise<Claims> } = {}) {
  const made = new IntrospectedTokenTable({
    takes: () => true,
    introspect: async (token) => {
      asked.push(token);
      await new Promise((resolve) => setImmediate(resolve));
      if (isDown) throw new Error('503');
      return { token };
    },
    callerOf({ token }) {
      const known = answers.get(String(token));
      if (!known) throw invalidToken('not active');
      return {
        subject: 'alice',
        name: 'Alice',
        roles: [],
        tenant: 'default',
        expiresAt: START / 1000 + 3_600,
        ...known,
      };
    },
    cacheSeconds: 30,
    log: { warn },
    now: () => clock,
    ...more,
  });
  made.onRevoked(revoked);
  return made;
}

/** As the verifier asks. */
const signIn = async (of: IntrospectedTokenTable, token = 'good', address?: string) =>
  of.remembered(token) ?? of.verify(token, token, address);
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: GatewayError) => error.code,
  );
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('an introspected token', () => {
  it('is asked about once by all who wait, and then remembered', async () => {
    const tokens = table();
    const callers = await Promise.all(Array.from({ length: 50 }, () => signIn(tokens)));
    expect(new Set(callers).size).toBe(1);
    expect(tokens.remembered('good')).toBe(callers[0]);
    expect(asked).toEqual(['good']);
  });

  it('is asked about again after two thirds of the time in the background, and waits after all of it', async () => {
    const tokens = table();
    await signIn(tokens);
    clock += 19 * SECONDS;
    tokens.remembered('good');
    expect(asked).toHaveLength(1);
    clock += 2 * SECONDS;
    expect(tokens.remembered('good')).toBeDefined();
    await settled();
    expect(asked).toHaveLength(2);
    clock += 30 * SECONDS;
    expect(tokens.remembered('good')).toBeUndefined();
  });

  it('counts from when it was asked about, not from the answer', async () => {
    const introspect = async () => {
      clock += 4 * SECONDS;
      return { token: 'good' };
    };
    const tokens = table({ introspect });
    await signIn(tokens);
    clock = START + 30 * SECONDS;
    expect(tokens.remembered('good')).toBeUndefined();
  });

  it('counts no longer than it says itself', async () => {
    answers.set('good', { expiresAt: START / 1000 + 10 });
    const tokens = table();
    await signIn(tokens);
    clock += 10 * SECONDS;
    expect(tokens.remembered('good')).toBeUndefined();
  });

  it('that is refused is remembered for ten seconds', async () => {
    const tokens = table();
    expect(await outcome(signIn(tokens, 'bad'))).toBe('SIGN_IN_REQUIRED');
    clock += 9 * SECONDS;
    expect(await outcome(signIn(tokens, 'bad'))).toBe('SIGN_IN_REQUIRED');
    expect(asked).toHaveLength(1);
    answers.set('bad', {});
    clock += 2 * SECONDS;
    expect(await outcome(signIn(tokens, 'bad'))).toBe('accepted');
  });

  it('makes room for others when it was not used', async () => {
    const tokens = table({ maxTokens: 2 });
    for (const each of ['good', 'second', 'third']) answers.set(each, {});
    await signIn(tokens, 'good');
    await signIn(tokens, 'second');
    await signIn(tokens, 'third');
    expect(['good', 'second', 'third'].map((each) => tokens.remembered(each) !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('has the caller that the last answer names', async () => {
    const tokens = table();
    const before = await signIn(tokens);
    answers.set('good', { roles: ['team'] });
    clock += 31 * SECONDS;
    const now = await signIn(tokens);
    expect(now.roles).toEqual(['team']);
    expect([tokens.isHeld(before), tokens.isHeld(now)]).toEqual([false, true]);
    expect(revoked).toHaveBeenCalledTimes(1);
  });
});

describe('the sign-in of an open stream', () => {
  it('is checked after 20 seconds, and ends when the token was revoked', async () => {
    const tokens = table({ cacheSeconds: 300 });
    const caller = { ...(await signIn(tokens)) }; // the tenant is added to a copy
    clock += 19 * SECONDS;
    expect(tokens.isHeld(caller)).toBe(true);
    expect(asked).toHaveLength(1);
    answers.delete('good');
    clock += 1 * SECONDS;
    expect(tokens.isHeld(caller)).toBe(true);
    await settled();
    expect([tokens.isHeld(caller), revoked.mock.calls.length, asked.length]).toEqual([false, 1, 2]);
  });

  it('goes on while nothing changes but the end of the token', async () => {
    const tokens = table();
    const caller = await signIn(tokens);
    answers.set('good', { expiresAt: START / 1000 + 7_200 });
    clock += 25 * SECONDS;
    tokens.isHeld(caller);
    await settled();
    expect([tokens.isHeld(caller), revoked.mock.calls.length]).toEqual([true, 0]);
    expect(tokens.remembered('good')?.expiresAt).toBe(START / 1000 + 7_200);
  });

  it('keeps its token while others that were not used make room', async () => {
    const tokens = table({ maxTokens: 3 });
    const callers = new Map<string, Principal>();
    const add = async (token: string) => {
      answers.set(token, {});
      callers.set(token, await signIn(tokens, token));
    };
    const isHeld = (token: string) => tokens.isHeld(callers.get(token) as Principal);
    for (const token of ['a', 'b', 'c', 'd']) await add(token);
    expect(isHeld('b')).toBe(true); // as its stream asks
    await add('e');
    expect(['a', 'b', 'c', 'd', 'e'].filter(isHeld)).toEqual(['b', 'd', 'e']);
  });

  it('of another kind is none of its business', () => {
    expect(table().isHeld({ subject: 'bob', name: 'bob', roles: [], tenant: 'default' })).toBe(true);
  });
});

describe('while the endpoint is down', () => {
  it('known tokens hold for five minutes, and are tried every five seconds; others get 503', async () => {
    const tokens = table();
    const caller = await signIn(tokens);
    isDown = true;
    clock += 40 * SECONDS;
    expect(await signIn(tokens)).toBe(caller);
    expect(await signIn(tokens)).toBe(caller);
    expect(asked).toHaveLength(2);
    clock += 5 * SECONDS;
    await signIn(tokens);
    expect(asked).toHaveLength(3);
    expect(await outcome(signIn(tokens, 'new'))).toBe('UNAVAILABLE');
    clock = START + 299 * SECONDS;
    expect([await outcome(signIn(tokens)), tokens.isHeld(caller)]).toEqual(['accepted', true]);
    clock += 1 * SECONDS;
    expect([await outcome(signIn(tokens)), tokens.isHeld(caller)]).toEqual(['UNAVAILABLE', false]);
    isDown = false;
    expect(await outcome(signIn(tokens))).toBe('accepted');
    expect(warn.mock.calls.length).toBeLessThan(asked.length);
  });

  it('known tokens hold no longer than they say themselves', async () => {
    answers.set('good', { expiresAt: START / 1000 + 60 });
    const tokens = table();
    await signIn(tokens);
    isDown = true;
    clock += 61 * SECONDS;
    expect(await outcome(signIn(tokens))).toBe('UNAVAILABLE');
  });
});

describe('unknown tokens', () => {
  it('that do not hold make room for others', async () => {
    const tokens = table({ maxTokens: 2 });
    for (const each of ['a', 'b', 'c', 'c', 'a']) expect(await outcome(signIn(tokens, each))).toBe('SIGN_IN_REQUIRED');
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });

  it('that do not hold are asked about 200 times at once and 20 times a second, and known ones go on', async () => {
    const tokens = table();
    await signIn(tokens);
    const flood = (from: number) =>
      Promise.all(Array.from({ length: 500 }, (_, i) => outcome(signIn(tokens, `bad-${from + i}`))));
    expect((await flood(0)).filter((code) => code === 'UNAVAILABLE')).toHaveLength(300);
    clock += 1 * SECONDS;
    expect((await flood(1_000)).filter((code) => code === 'SIGN_IN_REQUIRED')).toHaveLength(20);
    clock += 30 * SECONDS;
    expect(await outcome(signIn(tokens))).toBe('accepted');
  });

  it('that hold cost nothing', async () => {
    const tokens = table();
    for (let i = 0; i < 500; i += 1) {
      answers.set(`good-${i}`, {});
      expect(await outcome(signIn(tokens, `good-${i}`))).toBe('accepted');
    }
  });

  it('wait no longer than five seconds for an endpoint that hangs, at most 32 of them with it', async () => {
    let running = 0;
    const hangs = () => new Promise<Claims>(() => (running += 1));
    const tokens = table({ introspect: hangs });
    const late = new Promise((resolve) => setTimeout(resolve, 15_000, 'waits').unref());
    const all = Promise.all(Array.from({ length: 100 }, (_, i) => outcome(signIn(tokens, `new-${i}`))));
    expect(await Promise.race([late, all.then((codes) => [...new Set(codes)])])).toEqual(['UNAVAILABLE']);
    expect(running).toBe(32);
  });

  it('that fail count for the network of their client', async () => {
    const tokens = table();
    for (let i = 0; i < 300; i += 1) await outcome(signIn(tokens, `bad-${i}`, '2001:db8::1'));
    answers.set('second', {});
    expect(await outcome(signIn(tokens, 'second', '2001:db8::2'))).toBe('UNAVAILABLE');
    expect(await outcome(signIn(tokens, 'good', '2001:db8:1::1'))).toBe('accepted');
  });

  it('of a network from which many have failed leave half of the budget to others', () => {
    const budget = unknownTokenBudget(() => clock);
    const taken = (address: string) => {
      try {
        budget.take(address);
        return true;
      } catch {
        return false;
      }
    };
    let flooded = 0;
    for (let i = 0; i < 1_000; i += 1) {
      if (!taken('2001:db8::1')) continue;
      flooded += 1;
      budget.failed('2001:db8::1');
    }
    expect(flooded).toBe(101);
    expect([taken('2001:db8::2'), taken('2001:db8:1::1')]).toEqual([false, true]);
  });
});
