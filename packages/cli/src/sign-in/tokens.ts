import * as oidc from 'openid-client';
import lockfile from 'proper-lockfile';
import { clientOfLogin, oauthReason } from './client.js';
import { expiryOf } from './login.js';
import type { LoginState, LoginStore } from './login-state.js';

/** A token is renewed this long before its end, so that it does not end on its way. */
const EARLY_MS = 60_000;
const LOCK = {
  realpath: false,
  stale: 30_000,
  retries: { retries: 60, minTimeout: 100, maxTimeout: 1_000, factor: 1.5 },
};

const AGAIN = 'Sign in again: mcp-gateway login';

/**
 * A token that the gateway takes. Commands that run at once renew it once: many issuers take a refresh token one time
 * only, and end the login when it comes again.
 * @param rejected a token that the gateway has refused
 * @throws Error that says to sign in again
 */
export async function accessToken(
  store: LoginStore,
  fetch: typeof globalThis.fetch,
  rejected?: string,
): Promise<string> {
  const known = await needed(store);
  if (isUsable(known, rejected)) return known.accessToken;
  const release = await lockfile.lock(store.lockPath, LOCK).catch((cause: Error) => {
    throw new Error(`another mcp-gateway command has been renewing the login for too long: ${cause.message}`, {
      cause,
    });
  });
  try {
    // Another command may have renewed it meanwhile.
    const now = await needed(store);
    if (isUsable(now, rejected)) return now.accessToken;
    const renewed = await renew(now, fetch);
    // Before the token is used: the old refresh token may be worth nothing from here on.
    await store.write(renewed);
    return renewed.accessToken;
  } finally {
    await release();
  }
}

async function needed(store: LoginStore): Promise<LoginState> {
  const state = await store.read();
  if (state) return state;
  throw new Error('nobody is signed in. Sign in: mcp-gateway login');
}

const isUsable = ({ accessToken: token, expiresAt }: LoginState, rejected: string | undefined): boolean =>
  token !== rejected && (expiresAt === undefined || expiresAt - EARLY_MS > Date.now());

async function renew(state: LoginState, fetch: typeof globalThis.fetch): Promise<LoginState> {
  if (state.refreshToken === undefined)
    throw new Error(`the login has ended, and the issuer gave no refresh token. ${AGAIN}`);
  try {
    const config = await clientOfLogin(state, fetch);
    const parameters = { ...(state.resource !== undefined && { resource: state.resource }) };
    const tokens = await oidc.refreshTokenGrant(config, state.refreshToken, parameters);
    return {
      ...state,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? state.refreshToken,
      expiresAt: expiryOf(tokens),
    };
  } catch (error) {
    throw new Error(`the login at ${state.issuer} cannot be renewed: ${oauthReason(error)}. ${AGAIN}`, {
      cause: error,
    });
  }
}

/**
 * Forgets the login, and has the issuer end its tokens where it can (RFC 7009).
 * @returns why the issuer did not end them; undefined when it did, or when nobody was signed in
 */
export async function logout(store: LoginStore, fetch: typeof globalThis.fetch): Promise<string | undefined> {
  const state = await store.read();
  if (!state) return undefined;
  await store.write(undefined);
  try {
    const config = await clientOfLogin(state, fetch);
    if (!config.serverMetadata().revocation_endpoint) return `${state.issuer} ends no tokens on request`;
    if (state.refreshToken !== undefined) await revoke(config, state.refreshToken, 'refresh_token');
    await revoke(config, state.accessToken, 'access_token');
    return undefined;
  } catch (error) {
    return `${state.issuer} did not end the tokens: ${oauthReason(error)}`;
  }
}

/** Issuers need not end access tokens that they do not keep, such as JWTs (RFC 7009 §2.2.1). */
async function revoke(
  config: oidc.Configuration,
  token: string,
  hint: 'access_token' | 'refresh_token',
): Promise<void> {
  try {
    await oidc.tokenRevocation(config, token, { token_type_hint: hint });
  } catch (error) {
    if ((error as { error?: unknown }).error !== 'unsupported_token_type') throw error;
  }
}
