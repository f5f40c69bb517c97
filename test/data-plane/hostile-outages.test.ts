import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attackTable } from '../support/attack-table.js';
import { inSeconds } from '../support/hostile-tokens.js';
import type { IntrospectingIssuer } from '../support/introspecting-issuer.js';
import type { RedisLine } from '../support/redis-line.js';
import { SIGN_IN_MODES, type StandIn } from '../support/sign-in-modes.js';
import { refusal, verifying } from '../support/verifier.js';
import { waitFor } from '../support/wait.js';

const SECONDS = 1000;
const MODES = ['introspection', 'API key'];
const { record, print } = attackTable(MODES);

/** What the verifiers of these modes ask fails here; for the keys of issuers, hostile-tokens.test.ts has the same. */
const standIns = new Map<string, StandIn>();
beforeAll(async () => {
  for (const { name, start } of SIGN_IN_MODES) if (MODES.includes(name)) standIns.set(name, await start());
});
afterAll(async () => {
  await Promise.all([...standIns.values()].map((each) => each.stop()));
  print();
});

describe('introspection', () => {
  /** Tries it with the issuer that is asked, which is as it was afterwards. */
  async function attempt(
    attack: string,
    test: (
      issuer: IntrospectingIssuer,
      verify: (token: string) => Promise<string>,
      wait: (ms: number) => void,
    ) => Promise<string>,
  ): Promise<string> {
    const { introspecting, verifier } = standIns.get('introspection') as StandIn;
    const issuer = introspecting as IntrospectingIssuer;
    let clock = 0;
    const verify = verifying(verifier(() => Date.now() + clock));
    const outcome = async (token: string) => {
      const found = await refusal(verify(`Bearer ${token}`));
      return 'principal' in found ? 'accepted' : found.code;
    };
    const result = await test(issuer, outcome, (ms) => (clock += ms)).finally(issuer.reset);
    record(attack, 'introspection', result.replaceAll('UNAVAILABLE', '503').replaceAll('SIGN_IN_REQUIRED', '401'));
    return result;
  }

  it('answers 503 while the issuer is down at the start, and asks later', async () => {
    const result = await attempt('endpoint not there at the start', async (issuer, verify, wait) => {
      issuer.state.isDown = true;
      const token = issuer.issue();
      const first = await verify(token);
      issuer.state.isDown = false;
      wait(6 * SECONDS);
      return [first, await verify(token)].join('; ');
    });
    expect(result).toBe('UNAVAILABLE; accepted');
  });

  it('goes on with known tokens for five minutes when the issuer goes down later', async () => {
    const result = await attempt('endpoint not there later, for 4 and 6 minutes', async (issuer, verify, wait) => {
      const token = issuer.issue({ exp: inSeconds(3_600) });
      await verify(token);
      issuer.state.isDown = true;
      wait(240 * SECONDS);
      const known = await verify(token);
      const unknown = await verify(issuer.issue());
      wait(120 * SECONDS);
      return [known, unknown, await verify(token)].join('; ');
    });
    expect(result).toBe('accepted; UNAVAILABLE; UNAVAILABLE');
  });

  it.each<[string, (issuer: IntrospectingIssuer, token: string) => unknown]>([
    ['slow endpoint', ({ state }) => (state.delayMs = 20_000)],
    ['answer of 10 MB', ({ state }) => (state.padding = 10 * 1024 * 1024)],
    ['redirect of the endpoint', ({ state }) => (state.isMoved = true)],
    ['discovery document of another issuer', ({ state }) => (state.discovered = 'https://elsewhere.example')],
    ['active in a text', ({ answer }, token) => answer(token, { active: 'true', sub: 'alice' })],
    ['no active', ({ answer }, token) => answer(token, { sub: 'alice', aud: 'gateway', exp: inSeconds(60) })],
    ['a list as the answer', ({ answer }, token) => answer(token, [{ active: true }])],
  ])('does not believe: %s', async (attack, change) => {
    const result = await attempt(attack, async (issuer, verify) => {
      const token = issuer.issue();
      change(issuer, token);
      return Promise.race([verify(token), delay(15_000, 'waits', { ref: false })]);
    });
    expect(result).toBe('UNAVAILABLE');
  });

  it('makes one call for all who wait with one token, and at most 32 at once', async () => {
    const result = await attempt('200 callers of 100 tokens at once', async (issuer, verify) => {
      await verify(issuer.issue());
      Object.assign(issuer.state, { calls: 0, mostAtOnce: 0, delayMs: 20 });
      const tokens = Array.from({ length: 100 }, () => issuer.issue());
      const outcomes = await Promise.all([...tokens, ...tokens].map(verify));
      const { calls, mostAtOnce } = issuer.state;
      return `${[...new Set(outcomes)].join()}, ${calls} calls, ${mostAtOnce <= 32 ? 'at most 32' : mostAtOnce} at once`;
    });
    expect(result).toBe('accepted, 100 calls, at most 32 at once');
  });
});

describe('API keys', () => {
  /** Tries it with verifiers whose Redis is behind a line, which works again afterwards. */
  async function attempt(
    attack: string,
    test: (standIn: StandIn, verify: (key: string) => Promise<string>, line: RedisLine) => Promise<string>,
  ): Promise<string> {
    const standIn = standIns.get('API key') as StandIn;
    const line = standIn.line as RedisLine;
    const verify = verifying(standIn.verifier());
    const outcome = async (key: string) => {
      const found = await refusal(verify(`Bearer ${key}`));
      return 'principal' in found ? 'accepted' : found.code;
    };
    const result = await test(standIn, outcome, line).finally(() => {
      line.release();
      line.restore();
    });
    record(attack, 'API key', result.replaceAll('UNAVAILABLE', '503'));
    return result;
  }

  it('that are unknown get 503 while Redis is away, and known ones go on', async () => {
    const result = await attempt('Redis not there: known, unknown, later', async (standIn, verify, line) => {
      const [known, unknown] = [await standIn.credential(), await standIn.credential()];
      await verify(known);
      line.cut();
      await waitFor('the outage', async () => (await verify(unknown)) === 'UNAVAILABLE');
      const outcomes = [await verify(known), await verify(unknown)];
      line.restore();
      await waitFor('the end', async () => (await verify(unknown)) === 'accepted');
      return [...outcomes, 'accepted'].join('; ');
    });
    expect(result).toBe('accepted; UNAVAILABLE; accepted');
  });

  it('do not wait longer than two seconds for Redis', async () => {
    const result = await attempt('slow Redis', async (standIn, verify, line) => {
      const key = await standIn.credential();
      await waitFor('Redis', async () => (await verify(await standIn.credential())) === 'accepted');
      void line.hold('HMGET');
      return Promise.race([verify(key), delay(15_000, 'waits', { ref: false })]);
    });
    expect(result).toBe('UNAVAILABLE');
  });

  it('get 503 until the keys have been published', async () => {
    const result = await attempt('keys not published at the start', async ({ keys, credential }, verify) => {
      const text = await credential();
      await waitFor('Redis', async () => (await verify(await credential())) === 'accepted');
      await keys?.empty();
      const first = await verify(text);
      await keys?.publishAll();
      return [first, await verify(text)].join('; ');
    });
    expect(result).toBe('UNAVAILABLE; accepted');
  });
});
