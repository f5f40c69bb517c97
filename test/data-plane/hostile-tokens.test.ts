import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attackTable } from '../support/attack-table.js';
import { attacksOn, bearer, encoded, inSeconds } from '../support/hostile-tokens.js';
import { send } from '../support/http.js';
import type { TestIssuer } from '../support/issuer.js';
import { SIGN_IN_MODES, type StandIn } from '../support/sign-in-modes.js';
import { refusal, verifying } from '../support/verifier.js';
import { startGateway } from './support/gateway.js';
import { message } from './support/rpc.js';
import { routeTo, startUpstream } from './support/upstream.js';

const SECONDS = 1000;
const HOURS = 3_600 * SECONDS;
const FLOOD = 10_000;
const METADATA = /^Bearer resource_metadata="http/;

const { record, print } = attackTable(SIGN_IN_MODES.map(({ name }) => name));

const standIns = new Map<string, StandIn>();
beforeAll(async () => {
  for (const { name, start } of SIGN_IN_MODES) standIns.set(name, await start());
});
afterAll(async () => {
  await Promise.all([...standIns.values()].map((each) => each.stop()));
  print();
});

describe.each(SIGN_IN_MODES.map(({ name }) => name))('%s', (mode) => {
  const standIn = () => standIns.get(mode) as StandIn;

  it('refuses every attack with its reason and a challenge, before a server sees it', async () => {
    const { signIn, verifier, subject, issuer } = standIn();
    let forwarded = 0;
    const server = await startUpstream((_req, res) => {
      forwarded += 1;
      res.setHeader('content-type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":{}}');
    });
    const gateway = await startGateway({
      routes: [routeTo(server.endpoint, { createdBy: subject, affinity: 'none' })],
      signIn,
      verifier: verifier(),
    });
    const mcp = `${gateway.url}/adapters/echo/mcp`;
    const accepted = async () =>
      (await send(mcp, { ...bearer(await standIn().credential()), body: message('ping') })).status;
    expect([await accepted(), forwarded]).toEqual([200, 1]);
    const readsAtFirst = issuer?.state.reads;

    for (const { name, request, status, reason } of attacksOn(standIn())) {
      const { query = '', ...options } = await request(standIn());
      const answer = await send(mcp + query, { ...options, body: message('ping') });
      record(name, mode, answer.status);
      const hasChallenge = METADATA.test(answer.header('www-authenticate') ?? '');
      expect({ name, status: answer.status, text: answer.text, hasChallenge }).toEqual({
        name,
        status,
        text: expect.stringMatching(reason),
        hasChallenge: status === 401,
      });
    }
    expect([await accepted(), forwarded, issuer?.state.reads]).toEqual([200, 2, readsAtFirst]);
  });

  it(`refuses ${FLOOD} bad credentials without a flood of reads, and takes a good one then`, async () => {
    const { verifier, issuer, introspecting, credential } = standIn();
    const reads = () => issuer?.state.reads ?? introspecting?.state.calls ?? 0;
    const start = Date.now();
    let clock = 0;
    const verify = verifying(verifier(() => Date.now() + clock));
    await verify(`Bearer ${await credential()}`);
    clock = 20 * SECONDS; // the keys may be read again now
    const readsAtFirst = reads();
    const [head = '', claims = '', signature = ''] = (await credential()).split('.');
    const own = standIn().bad;
    const bad = own
      ? [own]
      : [
          (i: number) => `${head}.${claims}.${i.toString(36).padStart(4, '0')}${signature.slice(4)}`,
          (i: number) => `${encoded({ alg: issuer?.shape.alg, typ: 'JWT', kid: `kid-${i}` })}.${claims}.${signature}`,
          (i: number) => `${head}.${encoded({ iss: `https://${i}.example`, exp: inSeconds(60) })}.${signature}`,
          (i: number) => `x${i}`,
        ];
    const codes = new Set<string>();
    for (let i = 0; i < FLOOD; i += 100) {
      const tokens = Array.from({ length: 100 }, (_, at) => bad[at % bad.length]?.(i + at));
      const refused = await Promise.all(tokens.map((token) => refusal(verify(`Bearer ${token}`))));
      for (const each of refused) codes.add('code' in each ? each.code : 'accepted');
    }
    const seconds = (Date.now() - start) / 1000;
    record(`${FLOOD} bad tokens at once`, mode, `${Math.round(seconds * 1000)} ms, ${reads() - readsAtFirst} reads`);
    expect([...codes]).toEqual(['SIGN_IN_REQUIRED', ...(introspecting ? ['UNAVAILABLE'] : [])]);
    // Of keys, the time between two reads may pass once.
    expect(reads() - readsAtFirst).toBeLessThanOrEqual(introspecting ? 201 + 20 * seconds : 4);
    clock += 10 * SECONDS;
    await expect(verify(`Bearer ${await credential()}`)).resolves.toMatchObject({ subject: standIn().subject });
  });
});

const withKeys = () =>
  [...standIns].flatMap(([mode, { issuer, verifier }]) => (issuer ? [{ mode, issuer, verifier }] : []));

/** Tries it with each mode that has an issuer, all at once; the issuer is as it was afterwards. */
async function withEach(
  attack: string,
  test: (issuer: TestIssuer, verify: (token: string) => Promise<string>, wait: (ms: number) => void) => Promise<string>,
): Promise<Record<string, string>> {
  const outcomes = withKeys().map(async ({ mode, issuer, verifier }) => {
    let clock = 0;
    const verify = verifying(verifier(() => Date.now() + clock));
    const outcome = async (token: string) => {
      const result = await refusal(verify(`Bearer ${token}`));
      return 'principal' in result ? 'accepted' : `${result.code}: ${result.detail}`;
    };
    Object.assign(issuer.state, { isDown: false, reads: 0, padding: 0, delayMs: 0 });
    const result = await test(issuer, outcome, (ms) => (clock += ms)).finally(() =>
      Object.assign(issuer.state, { isDown: false, padding: 0, delayMs: 0, discovered: undefined }),
    );
    record(attack, mode, result.replaceAll(/UNAVAILABLE[^;]*/g, '503').replaceAll(/SIGN_IN_REQUIRED[^;]*/g, '401'));
    return [mode, result];
  });
  return Object.fromEntries(await Promise.all(outcomes)) as Record<string, string>;
}

const inEach = (outcome: string) => Object.fromEntries(withKeys().map(({ mode }) => [mode, outcome]));
const NO_KEYS = 'UNAVAILABLE: the keys of the issuer cannot be read';
const longToken = (issuer: TestIssuer, jti: string) => issuer.token({ jti, exp: inSeconds(200 * 3_600) });

describe('every mode with keys of an issuer', () => {
  it('takes a token that is signed with a new key, and reads the keys once for all who wait', async () => {
    const result = await withEach('kid after a rotation', async (issuer, verify, wait) => {
      await verify(await issuer.token());
      await issuer.rotate('after-a-rotation');
      wait(20 * SECONDS);
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, async (_, i) => verify(await issuer.token({ jti: `rotated-${i}` }))),
      );
      return `${[...new Set(outcomes)].join()} after ${issuer.state.reads} reads`;
    });
    expect(result).toEqual(inEach('accepted after 4 reads'));
  });

  it('refuses a token that is signed with a withdrawn key', async () => {
    const result = await withEach('withdrawn key, an hour later', async (issuer, verify, wait) => {
      await verify(await issuer.token());
      const old = await longToken(issuer, 'withdrawn');
      await issuer.rotate('after-a-withdrawal');
      wait(2 * HOURS);
      return verify(old);
    });
    expect(result).toEqual(inEach('SIGN_IN_REQUIRED: the token is signed with a key that its issuer does not publish'));
  });

  it('answers 503 while the issuer is down at the start, and reads its keys later', async () => {
    const result = await withEach('keys not there at the start', async (issuer, verify, wait) => {
      issuer.state.isDown = true;
      const token = await issuer.token();
      const first = await verify(token);
      issuer.state.isDown = false;
      const early = await verify(token); // it is too early for another attempt
      wait(16 * SECONDS);
      return [first, early, await verify(token)].join('; ');
    });
    expect(result).toEqual(inEach(`${NO_KEYS}; ${NO_KEYS}; accepted`));
  });

  it('goes on with known keys for a day when the issuer goes down later', async () => {
    const result = await withEach('keys not there later, for 23 and 25 hours', async (issuer, verify, wait) => {
      await verify(await issuer.token());
      issuer.state.isDown = true;
      wait(23 * HOURS);
      const first = await verify(await longToken(issuer, '23'));
      wait(2 * HOURS);
      return [first, await verify(await longToken(issuer, '25'))].join('; ');
    });
    expect(result).toEqual(inEach(`accepted; ${NO_KEYS}`));
  });

  it('does not wait longer than five seconds for keys', async () => {
    const result = await withEach('slow keys', async (issuer, verify) => {
      issuer.state.delayMs = 20_000;
      const late = delay(15_000, 'waits', { ref: false });
      return Promise.race([verify(await issuer.token()), late]);
    });
    expect(result).toEqual(inEach(NO_KEYS));
  });

  it('reads no keys of 10 MB', async () => {
    const result = await withEach('keys of 10 MB', async (issuer, verify) => {
      issuer.state.padding = 10 * 1024 * 1024;
      return verify(await issuer.token());
    });
    expect(result).toEqual(inEach(NO_KEYS));
  });

  it('takes no keys from the discovery document of another issuer', async () => {
    const result = await withEach('discovery document of another issuer', async (issuer, verify) => {
      issuer.state.discovered = 'https://elsewhere.example';
      return verify(await issuer.token());
    });
    expect(result).toEqual(inEach(NO_KEYS));
  });
});
