import type { IncomingMessage } from 'node:http';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { introspectedTokensOf, tokenVerifier } from '@mcp-gateway/identity';
import { afterTest } from '../support/clean-up.js';
import { open } from '../support/http.js';
import { startIntrospectingIssuer } from '../support/introspecting-issuer.js';
import { startIssuer, type TestIssuer } from '../support/issuer.js';
import { silent } from '../support/postgres.js';
import { caller, FORBIDDEN, NOT_FOUND, problem } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const bearer = async (claims: Record<string, unknown> = {}) => ({
  authorization: `Bearer ${await issuer.token(claims)}`,
});

/** A control plane, and a caller whose headers of development sign-in would make it an administrator. */
async function startWithSignIn() {
  const issuers = [{ issuer: issuer.issuer, audiences: ['gateway'], clockToleranceSeconds: 0 }];
  const plane = await startControlPlane({ issuers, logCheckMs: 20 });
  return { plane, api: caller(plane.url, 'root', 'mcp.admin') };
}

const SIGN_IN = 'Sign-in is required';

describe('a request to the management API', () => {
  it('without a token is refused, whatever headers of development sign-in it has', async () => {
    const { api } = await startWithSignIn();
    for (const answer of [
      await api.get('/adapters'),
      await api.post(specOf('echo')),
      await api.get('/adapters/echo/logs'),
    ]) {
      expect(answer.json).toEqual(
        problem(401, 'SIGN_IN_REQUIRED', SIGN_IN, {
          detail: 'send an access token in the header Authorization: Bearer',
        }),
      );
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it.each([
    ['has expired', { exp: inSeconds(-1) }, 'the token has expired'],
    ['is for another audience', { aud: 'elsewhere' }, 'the token is for another audience'],
  ])('with a token that %s is refused with the reason', async (_what, claims, detail) => {
    const { api } = await startWithSignIn();
    const { json, headers } = await api.get('/adapters', await bearer(claims));
    expect(json).toEqual(problem(401, 'SIGN_IN_REQUIRED', SIGN_IN, { detail }));
    expect(headers.get('www-authenticate')).toBe(`Bearer error="invalid_token", error_description="${detail}"`);
  });

  it('without a token reaches what says how to use the API', async () => {
    const { api } = await startWithSignIn();
    const statuses = ['/livez', '/readyz', '/openapi.json', '/errors'].map(
      async (path) => (await api.get(path)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200]);
  });

  it('is answered 503 while the keys of the issuer cannot be read, and not 401', async () => {
    const { api } = await startWithSignIn();
    issuer.state.isDown = true;
    const { status, headers } = await api.get('/adapters', await bearer());
    issuer.state.isDown = false;
    expect([status, headers.get('retry-after')]).toEqual([503, '15']);
  });
});

describe('a caller with a token', () => {
  it('has the permissions of the subject and the roles of the token', async () => {
    const { api } = await startWithSignIn();
    const [alice, member, stranger, admin] = await Promise.all([
      bearer({ sub: 'alice' }),
      bearer({ sub: 'bob', roles: ['TEAM'] }),
      bearer({ sub: 'mallory' }),
      bearer({ sub: 'carol', roles: ['mcp.admin'] }),
    ]);
    const created = await api.post(specOf('echo', { requiredRoles: ['team'] }), alice);
    expect([created.status, created.json.createdBy]).toEqual([201, 'alice']);

    expect((await api.get('/adapters/echo', member)).status).toBe(200);
    expect((await api.remove('echo', member)).json).toEqual(FORBIDDEN);
    expect((await api.get('/adapters/echo', stranger)).json).toEqual(NOT_FOUND);
    expect((await api.get('/adapters', stranger)).json).toEqual([]);
    expect((await api.remove('echo', admin)).status).toBe(204);
  });

  it('follows logs until the token ends', async () => {
    const { plane, api } = await startWithSignIn();
    await api.post(specOf('echo'), await bearer({ sub: 'alice' }));
    const folder = join(plane.logs, `adapter.echo.${(await plane.rows.find('echo'))?.id}`);
    await mkdir(folder);
    const file = join(folder, '0.log');
    await writeFile(file, 'first\n');

    const url = `${plane.url}/adapters/echo/logs?follow=true`;
    const short = await open(url, { method: 'GET', headers: await bearer({ exp: inSeconds(8) }) });
    const long = await open(url, { method: 'GET', headers: await bearer() });
    const [inShort, inLong] = [linesOf(short), linesOf(long)];
    const next = async () => (await Promise.all([inShort.next(), inLong.next()])).map(({ value }) => value);
    expect(await next()).toEqual(['first', 'first']);
    await delay(500); // many checks of the permission
    await appendFile(file, 'second\n');
    expect(await next()).toEqual(['second', 'second']);

    expect(await inShort.next()).toEqual({ done: true });
    expect(short.complete).toBe(true);
    await appendFile(file, 'third\n');
    expect(await inLong.next()).toEqual({ done: false, value: 'third' });
  });

  it('follows logs until its opaque token is revoked', async () => {
    const introspecting = await startIntrospectingIssuer();
    afterTest(introspecting.stop);
    const signIn = introspecting.signIn({ cacheSeconds: 1 });
    const introspected = introspectedTokensOf(signIn, { log: silent });
    const plane = await startControlPlane({
      verifier: tokenVerifier(signIn, { log: silent, introspected }),
      isHeld: (principal) => introspected?.isHeld(principal) ?? true,
      logCheckMs: 20,
    });
    const [revoked, kept] = [introspecting.issue(), introspecting.issue()];
    const headers = (token: string) => ({ authorization: `Bearer ${token}` });
    const created = await caller(plane.url, '').post(specOf('echo'), headers(revoked));
    expect([created.status, created.json.createdBy]).toEqual([201, 'alice']);
    const folder = join(plane.logs, `adapter.echo.${(await plane.rows.find('echo'))?.id}`);
    await mkdir(folder);
    const file = join(folder, '0.log');
    await writeFile(file, 'first\n');
    const url = `${plane.url}/adapters/echo/logs?follow=true`;
    const follow = async (token: string) => linesOf(await open(url, { method: 'GET', headers: headers(token) }));
    const [ended, other] = [await follow(revoked), await follow(kept)];
    expect([(await ended.next()).value, (await other.next()).value]).toEqual(['first', 'first']);
    introspecting.revoke(revoked);
    expect(await ended.next()).toEqual({ done: true });
    await appendFile(file, 'second\n');
    expect((await other.next()).value).toBe('second');
  });
});

const linesOf = (input: IncomingMessage) => createInterface({ input })[Symbol.asyncIterator]();
