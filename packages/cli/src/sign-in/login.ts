import * as oidc from 'openid-client';
import { type CallbackServer, startCallbackServer } from './callback-server.js';
import { type ClientOptions, issuerClient, type IssuerClient, oauthReason } from './client.js';
import { discoverSignIn, type SignInPlace } from './discover.js';
import type { LoginState } from './login-state.js';

const LOGIN_MS = 10 * 60_000;
/** Entra refuses `resource` beside scopes, and registered `localhost` stands for any port there. */
const ENTRA = /(^|\.)(microsoftonline\.(com|us|de)|partner\.microsoftonline\.cn|ciamlogin\.com)$/;

export interface LoginOptions extends ClientOptions {
  gateway: string;
  /** `browser` opens one; `paste` shows the URL and takes the one that the browser ends at; `device` needs no browser here. */
  how: 'browser' | 'paste' | 'device';
  issuer?: string | undefined;
  /** In place of those that the gateway names. */
  scopes?: readonly string[] | undefined;
  /** A redirect URI that is registered at the issuer with its port. */
  redirectUri?: string | undefined;
  /** Shows a line to the person. */
  say(line: string): void;
  openBrowser(url: string): Promise<void>;
  /** The next line that the person types; undefined at the end of input. */
  readLine(signal: AbortSignal): Promise<string | undefined>;
  signal?: AbortSignal | undefined;
}

/** Signs a person in at the issuer of the gateway. @throws Error that says what to do */
export async function login(options: LoginOptions): Promise<LoginState> {
  const place = await discoverSignIn(options.gateway, options.fetch, options.issuer);
  const timeout = AbortSignal.timeout(LOGIN_MS);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  try {
    return options.how === 'device' ? await byDevice(place, options, signal) : await byRedirect(place, options, signal);
  } catch (error) {
    if (timeout.aborted) throw new Error(`nobody signed in within ${LOGIN_MS / 60_000} minutes`, { cause: error });
    throw new Error(`the sign-in at ${place.issuer} failed: ${oauthReason(error)}`, { cause: error });
  }
}

/** Authorization code with PKCE (RFC 7636) and a redirect to loopback (RFC 8252). */
async function byRedirect(place: SignInPlace, options: LoginOptions, signal: AbortSignal): Promise<LoginState> {
  const server = await startCallbackServer(wantedRedirect(place, options));
  try {
    const { redirectUri } = server;
    const client = await issuerClient(place, [redirectUri], options);
    const request = requestFor(place, client, options);
    const [verifier, state] = [oidc.randomPKCECodeVerifier(), oidc.randomState()];
    const nonce = request.scope.split(' ').includes('openid') ? oidc.randomNonce() : undefined;
    const url = oidc.buildAuthorizationUrl(client.config, {
      ...request,
      redirect_uri: redirectUri,
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(nonce && { nonce }),
    });
    const answered = await answerOf(url, server, state, options, signal);
    const tokens = await oidc.authorizationCodeGrant(
      client.config,
      answered,
      { pkceCodeVerifier: verifier, expectedState: state, ...(nonce && { expectedNonce: nonce }) },
      request.resource ? { resource: request.resource } : undefined,
    );
    return stateOf(place, client, request, tokens);
  } finally {
    await server.close();
  }
}

/** Over SSH, the browser of another machine cannot reach this loopback; its address bar has the answer all the same. */
async function answerOf(
  url: URL,
  server: CallbackServer,
  state: string,
  options: LoginOptions,
  signal: AbortSignal,
): Promise<URL> {
  const { how, say, openBrowser, readLine } = options;
  const done = new AbortController();
  const both = AbortSignal.any([signal, done.signal]);
  const called = server.answer(state, both);
  called.catch(() => {});
  try {
    if (how === 'browser') {
      say(`Sign in with your browser. If none opens, open this URL:\n\n  ${url.href}\n`);
      await openBrowser(url.href).catch(() => say('No browser opened.'));
      return await called;
    }
    say(`Open this URL in any browser:\n\n  ${url.href}\n`);
    say(
      'After the sign-in, the browser shows a page that it cannot load. Copy its URL from the address bar and paste it here:',
    );
    return await Promise.race([called, pasted(server.redirectUri, state, say, readLine, both)]);
  } finally {
    done.abort();
  }
}

async function pasted(
  redirectUri: string,
  state: string,
  say: LoginOptions['say'],
  readLine: LoginOptions['readLine'],
  signal: AbortSignal,
): Promise<URL> {
  for (;;) {
    const line = await readLine(signal);
    if (line === undefined) throw new Error('the input ended before a URL was pasted');
    const url = URL.canParse(line.trim()) ? new URL(line.trim()) : undefined;
    const params = url?.searchParams;
    if (url && params?.get('state') === state && (params.has('code') || params.has('error'))) {
      // The issuer is told the redirect URI again, and it must be the same.
      return new URL(`${redirectUri}${url.search}`);
    }
    if (line.trim() !== '')
      say('That is not the URL after this sign-in. It begins with the redirect URI and has a code in it:');
  }
}

/** RFC 8628. */
async function byDevice(place: SignInPlace, options: LoginOptions, signal: AbortSignal): Promise<LoginState> {
  const client = await issuerClient(place, ['http://127.0.0.1/callback'], options);
  if (!client.config.serverMetadata().device_authorization_endpoint) {
    throw new Error('it gives no device codes; sign in with a browser, or with --no-browser');
  }
  const request = requestFor(place, client, options);
  const device = await oidc.initiateDeviceAuthorization(client.config, request);
  options.say(`Open ${device.verification_uri} in any browser and enter the code ${device.user_code}`);
  if (device.verification_uri_complete) options.say(`or open ${device.verification_uri_complete}`);
  const resource = request.resource ? { resource: request.resource } : undefined;
  const tokens = await oidc.pollDeviceAuthorizationGrant(client.config, device, resource, { signal });
  return stateOf(place, client, request, tokens);
}

function wantedRedirect({ issuer }: SignInPlace, { redirectUri }: LoginOptions): URL | undefined {
  if (redirectUri !== undefined) {
    const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
    if (url?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)) return url;
    throw new Error(
      `--redirect-uri must be http on loopback, such as http://localhost:8765/callback, not ${redirectUri}`,
    );
  }
  return ENTRA.test(new URL(issuer).hostname) ? new URL('http://localhost/') : undefined;
}

/** The parameters that both flows send. */
function requestFor(
  place: SignInPlace,
  { config }: IssuerClient,
  { scopes }: LoginOptions,
): { scope: string; resource?: string } {
  const { scopes_supported: supported } = config.serverMetadata();
  const common = ['openid', 'profile', 'offline_access'].filter((scope) => !supported || supported.includes(scope));
  const scope = [...new Set([...(scopes ?? place.scopes), ...common])].join(' ');
  return ENTRA.test(new URL(place.issuer).hostname) ? { scope } : { scope, resource: place.resource };
}

type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

function stateOf(
  { issuer }: SignInPlace,
  { clientId, clientSecret }: IssuerClient,
  { scope, resource }: { scope: string; resource?: string },
  tokens: Tokens,
): LoginState {
  const claims = tokens.claims();
  const named = ['preferred_username', 'email', 'name', 'sub']
    .map((name) => claims?.[name])
    .find((value): value is string => typeof value === 'string');
  return {
    issuer,
    clientId,
    clientSecret,
    resource,
    scope,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresAt: expiryOf(tokens),
    user: named,
  };
}

export function expiryOf(tokens: Pick<Tokens, 'expiresIn'>): number | undefined {
  const seconds = tokens.expiresIn();
  return seconds === undefined ? undefined : Date.now() + seconds * 1_000;
}
