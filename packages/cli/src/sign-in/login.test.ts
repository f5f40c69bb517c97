import { connect as connectSocket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { signInAs } from '../../../../test/support/browser.js';
import { startDevelopmentSignIn } from '../../../../test/support/development-issuer.js';
import { freePort } from '../../../../test/support/gateway.js';
import { login, type LoginOptions } from './login.js';
import { LoginState, type LoginStore } from './login-state.js';
import { accessToken, logout } from './tokens.js';

const folder = mkdtempSync(join(tmpdir(), 'login-'));

let gateway: Awaited<ReturnType<typeof startDevelopmentSignIn>>;
let said: string[];
beforeAll(async () => {
  gateway = await startDevelopmentSignIn(folder);
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  said = [];
});

/** A person who signs in as this user in the browser that opens. */
const browserOf = (user: string) => async (url: string) => void (await fetch(await signInAs(user, new URL(url))));
const optionsOf = (options: Partial<LoginOptions> = {}): LoginOptions => ({
  gateway: gateway.url,
  how: 'browser',
  fetch,
  say: (line) => said.push(line),
  openBrowser: browserOf('bob'),
  readLine: async () => undefined,
  ...options,
});

let stores = 0;
/** A file would be slower; that commands share what is kept is what matters. */
function storeOf(state: LoginState): LoginStore & { states: LoginState[] } {
  const states = [state];
  let now: LoginState | undefined = state;
  return {
    states,
    lockPath: join(folder, `login-${stores++}`),
    read: async () => now,
    async write(next) {
      now = next;
      if (next) states.push(next);
    },
  };
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
/** `fetch` sends no such path. */
const statusOf = (path: string, port: number) =>
  new Promise<number | undefined>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path }, (answer) => resolve(answer.resume().statusCode))
      .once('error', reject)
      .end();
  });
const shownUrl = () => /https?:\/\/\S+/.exec(said.find((line) => /https?:/.test(line)) ?? '')?.[0] ?? '';

describe('a login', () => {
  it('opens a browser, and gets a token for the whole gateway', async () => {
    const state = await login(optionsOf());
    expect(LoginState.parse(state)).toMatchObject({
      user: 'Bob',
      resource: `${gateway.url}/`,
      refreshToken: expect.any(String),
    });
    expect(claimsOf(state.accessToken)).toMatchObject({ sub: 'bob', aud: `${gateway.url}/` });
  });

  it('does not disturb another at the same time, nor ends with an answer that is not its own', async () => {
    const ports: string[] = [];
    const signIn = (user: string) =>
      login(
        optionsOf({
          async openBrowser(url) {
            const redirect = new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
            ports.push(redirect.port);
            redirect.search = '?code=stolen&state=guessed';
            expect((await fetch(redirect)).status).toBe(400);
            expect((await fetch(new URL('/elsewhere', redirect))).status).toBe(404);
            expect(await statusOf('//', Number(redirect.port))).toBe(404);
            await browserOf(user)(url);
          },
        }),
      );
    const states = await Promise.all(['alice', 'bob', 'carol'].map(signIn));
    expect(states.map(({ user }) => user)).toEqual(['Alice', 'Bob', 'Carol']);
    expect(new Set(ports).size).toBe(3);
  });

  it('makes no token for another gateway than the one that it is sent to', async () => {
    const fake = 'https://fake.example';
    const forwarding = (url: string, init?: RequestInit) => fetch(url.replace(fake, gateway.url), init);
    let isOpened = false;
    const openBrowser = async () => void (isOpened = true);
    await expect(login(optionsOf({ gateway: fake, fetch: forwarding as typeof fetch, openBrowser }))).rejects.toThrow(
      `${fake} says that it is ${gateway.url}/, so a login here would make a token for that gateway`,
    );
    expect(isOpened).toBe(false);
    const { user } = await login(optionsOf({ gateway: gateway.url.replace('127.0.0.1', 'localhost') }));
    expect(user).toBe('Bob');
  });

  it('waits on IPv4 and on IPv6', async () => {
    const reached: string[] = [];
    await login(
      optionsOf({
        async openBrowser(url) {
          const { port } = new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
          for (const host of ['127.0.0.1', '::1']) {
            const socket = connectSocket(Number(port), host);
            await new Promise<void>((resolve) => {
              socket.once('connect', () => {
                reached.push(host);
                resolve();
              });
              socket.once('error', (error: NodeJS.ErrnoException) => {
                // A machine without IPv6.
                if (error.code !== 'ECONNREFUSED') reached.push(host);
                resolve();
              });
            });
            socket.destroy();
          }
          await browserOf('bob')(url);
        },
      }),
    );
    expect(reached).toEqual(['127.0.0.1', '::1']);
  });

  it('takes the URL that the person pastes, and asks again for another', async () => {
    const lines = ['', 'http://127.0.0.1:1/callback?code=x&state=y', 'nonsense'];
    const state = await login(
      optionsOf({
        how: 'paste',
        readLine: async () => lines.shift() ?? (await signInAs('carol', new URL(shownUrl()))).href,
      }),
    );
    expect(state.user).toBe('Carol');
    expect(said.filter((line) => line.startsWith('That is not the URL'))).toHaveLength(2);
  });

  it('takes a device code', async () => {
    const state = await login(optionsOf({ how: 'device', say: (line) => said.push(line) && void enterCode(line) }));
    expect(state.user).toBe('Bob');
    expect(claimsOf(state.accessToken)).toMatchObject({ sub: 'bob', aud: `${gateway.url}/` });
  });

  it('uses a client that is registered, with its redirect URI', async () => {
    const port = await freePort();
    const redirectUri = `http://localhost:${port}/back`;
    const body = JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' });
    const registered = await fetch(`${gateway.issuer}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { client_id: clientId } = (await registered.json()) as { client_id: string };
    expect(await login(optionsOf({ clientId, redirectUri }))).toMatchObject({ clientId, user: 'Bob' });
  });

  it('ends when the person stops it, or the input ends', async () => {
    const stop = new AbortController();
    await expect(
      login(optionsOf({ signal: stop.signal, openBrowser: async () => stop.abort(new Error('stopped')) })),
    ).rejects.toThrow('stopped');
    await expect(login(optionsOf({ how: 'paste' }))).rejects.toThrow('the input ended before a URL was pasted');
  });

  it.each([
    [
      { issuer: 'https://elsewhere.example' },
      'does not take tokens of https://elsewhere.example; it takes those of http://127',
    ],
    [{ gateway: 'http://127.0.0.1:1' }, 'http://127.0.0.1:1 cannot be reached'],
    [{ redirectUri: 'https://evil.example/' }, '--redirect-uri must be http on loopback'],
    [{ redirectUri: 'http://evil.example/' }, '--redirect-uri must be http on loopback'],
    [{ redirectUri: 'http://localhost.evil.example/' }, '--redirect-uri must be http on loopback'],
  ])('says what is wrong with %j', async (options, why) => {
    await expect(login(optionsOf({ ...options }))).rejects.toThrow(why);
  });
});

/** The person at the page of the device flow. */
async function enterCode(line: string): Promise<void> {
  const complete = /or open (\S+)/.exec(line)?.[1];
  if (complete) await signInAtDevice(complete, 'bob');
}

async function signInAtDevice(url: string, user: string): Promise<void> {
  const cookies = new Map<string, string>();
  let [next, form]: [URL, URLSearchParams | undefined] = [new URL(url), undefined];
  for (let step = 0; step < 20; step++) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response: Response = await fetch(next, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    form = undefined;
    if (location !== null) {
      next = new URL(location, next);
      continue;
    }
    const page = await response.text();
    if (page.includes('You are signed in')) return;
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
    const hidden = [...page.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value] as [string, string],
    );
    form = new URLSearchParams(page.includes('name="user"') ? [['user', user]] : hidden);
    if (action) next = new URL(action, next);
  }
  throw new Error('the device flow did not end');
}

describe('the token of a login', () => {
  let state: LoginState;
  beforeEach(async () => {
    state = await login(optionsOf());
  });

  it('is renewed once by commands that run at once, because the issuer takes a refresh token once', async () => {
    const store = storeOf({ ...state, expiresAt: Date.now() - 1 });
    const tokens = await Promise.all(Array.from({ length: 5 }, () => accessToken(store, fetch)));
    expect(new Set(tokens).size).toBe(1);
    expect(store.states).toHaveLength(2);
    expect(store.states[1]?.refreshToken).not.toBe(state.refreshToken);
    expect(claimsOf(tokens[0] ?? '')).toMatchObject({ sub: 'bob', aud: `${gateway.url}/` });
    // The new refresh token is worth something.
    await store.write({ ...(store.states[1] as LoginState), expiresAt: 0 });
    expect(claimsOf(await accessToken(store, fetch))['sub']).toBe('bob');
  });

  it('is renewed before it ends on its way', async () => {
    const store = storeOf({ ...state, expiresAt: Date.now() + 50_000 });
    expect(await accessToken(store, fetch)).not.toBe(state.accessToken);
  });

  it('is renewed when the gateway has refused it, though its time is not over', async () => {
    const store = storeOf(state);
    expect(await accessToken(store, fetch)).toBe(state.accessToken);
    const renewed = await accessToken(store, fetch, state.accessToken);
    expect(renewed).not.toBe(state.accessToken);
    expect(await accessToken(store, fetch, state.accessToken)).toBe(renewed);
  });

  it('is renewed by the same refresh token for as long as the issuer gives no other', async () => {
    const store = storeOf({ ...state, expiresAt: 0 });
    await accessToken(store, async (...given) => {
      const answer = await fetch(...given);
      const body = (await answer.json()) as Record<string, unknown>;
      return Response.json({ ...body, refresh_token: undefined }, { status: answer.status });
    });
    expect(store.states.map(({ refreshToken }) => refreshToken)).toEqual([state.refreshToken, state.refreshToken]);
  });

  it('is not used before it is kept, because the old refresh token may be worth nothing from then on', async () => {
    const store = storeOf({ ...state, expiresAt: 0 });
    store.write = async () => Promise.reject(new Error('the disk is full'));
    await expect(accessToken(store, fetch)).rejects.toThrow('the disk is full');
  });

  it('ends with a logout at the issuer, too', async () => {
    const store = storeOf(state);
    expect(await logout(store, fetch)).toBeUndefined();
    expect(await store.read()).toBeUndefined();
    await expect(accessToken(store, fetch)).rejects.toThrow('nobody is signed in. Sign in: mcp-gateway login');
    await expect(accessToken(storeOf({ ...state, expiresAt: 0 }), fetch)).rejects.toThrow(
      /cannot be renewed: invalid_grant.*Sign in again: mcp-gateway login/,
    );
    expect(await logout(store, fetch)).toBeUndefined();
  });

  it('is forgotten even if the issuer cannot be reached', async () => {
    const store = storeOf({ ...state, issuer: 'http://127.0.0.1:1' });
    expect(await logout(store, fetch)).toContain('did not end the tokens');
    expect(await store.read()).toBeUndefined();
  });
});
