import {
  apiKeyVerifier,
  createApiKey,
  followApiKeys,
  tokenVerifier,
  type SignIn,
  type Verifier,
} from '@mcp-gateway/identity';
import { type RedisClient, redisClient } from '@mcp-gateway/platform/redis';
import { PEPPER, publishedKeys } from './api-keys.js';
import { ALICE, ENTRA, OTHER_TENANT, signInFrom, startEntra } from './entra.js';
import { type IntrospectingIssuer, startIntrospectingIssuer } from './introspecting-issuer.js';
import { fetcherFrom, startIssuer, type TestIssuer } from './issuer.js';
import { silent } from './postgres.js';
import { type RedisLine, redisLine } from './redis-line.js';
import { addressOf, freshPrefix, sharedRedis } from './redis.js';
import { oidcSignIn } from './verifier.js';

/** A way to sign in that the hostile suite tries. */
export interface SignInMode {
  name: string;
  start(): Promise<StandIn>;
}

/** One that has started, with what issues its credentials. */
export interface StandIn {
  /** The issuer of its JWTs; undefined when its credentials are none, so that attacks on JWTs do not apply. */
  issuer?: TestIssuer;
  /** Claims of a caller of a tenant that is not allowed; undefined when the mode has no tenants. */
  foreignTenant?: Record<string, unknown>[];
  /** The issuer that is asked about its tokens. */
  introspecting?: IntrospectingIssuer;
  /** What API keys are published with. */
  keys?: ReturnType<typeof publishedKeys>;
  /** Between its verifiers and Redis. */
  line?: RedisLine;
  /** One of many credentials that do not hold; default: JWTs of the issuer. */
  bad?: (i: number) => string;
  signIn: SignIn;
  /** Of the caller of its credentials. */
  subject: string;
  /** A credential that holds; another one each time. */
  credential(): Promise<string>;
  /** One that has read and remembers nothing. */
  verifier(now?: () => number): Verifier;
  stop(): Promise<unknown>;
}

const log = { warn: () => {} };
let made = 0;

async function openId(): Promise<StandIn> {
  const issuer = await startIssuer();
  const signIn = oidcSignIn([{ issuer: issuer.issuer, audiences: ['gateway'] }]);
  return {
    issuer,
    signIn,
    subject: 'alice',
    credential: () => issuer.token({ jti: String((made += 1)) }),
    verifier: (now) => tokenVerifier(signIn, { log, ...(now && { now }) }),
    stop: issuer.stop,
  };
}

async function entra(version: 1 | 2): Promise<StandIn> {
  const issuer = await startEntra(version);
  const signIn = signInFrom(ENTRA);
  const foreign = issuer.issuer.replace(/[\da-f-]{36}/, OTHER_TENANT);
  return {
    issuer,
    foreignTenant: [{ iss: foreign, tid: OTHER_TENANT }, { iss: foreign }, { tid: OTHER_TENANT }, { tid: undefined }],
    signIn,
    subject: ALICE,
    credential: () => issuer.token({ jti: String((made += 1)) }),
    verifier: (now) => tokenVerifier(signIn, { log, ...(now && { now }), fetchJson: fetcherFrom(issuer) }),
    stop: issuer.stop,
  };
}

async function introspection(): Promise<StandIn> {
  const introspecting = await startIntrospectingIssuer();
  const signIn = introspecting.signIn();
  return {
    introspecting,
    bad: (i) => `unknown-${i}`,
    signIn,
    subject: 'alice',
    credential: async () => introspecting.issue(),
    verifier: (now) => tokenVerifier(signIn, { log, ...(now && { now }) }),
    stop: introspecting.stop,
  };
}

/** Keys in Redis, beside an issuer that never answers. */
async function apiKeys(): Promise<StandIn> {
  const steps: (() => unknown)[] = [];
  const line = await redisLine((step) => void steps.push(step));
  const clients = [(await sharedRedis()).url, line.url].map((url) => redisClient(addressOf(url), silent));
  const [direct, redis] = clients as [RedisClient, RedisClient];
  await Promise.all(clients.map((client) => client.connect()));
  const prefix = freshPrefix();
  const keys = publishedKeys(direct, prefix);
  await keys.publishAll();
  const signIn = oidcSignIn([{ issuer: 'https://issuer.invalid', audiences: ['gateway'] }]);
  const tables: { close(): Promise<void> }[] = [];
  return {
    keys,
    line,
    bad: () => createApiKey().text,
    signIn,
    subject: 'bob',
    credential: async () => (await keys.create()).text,
    verifier(now) {
      const table = followApiKeys({ redis, prefix, peppers: () => [PEPPER], log, now });
      tables.push(table);
      return apiKeyVerifier({ keys: table, others: tokenVerifier(signIn, { log, ...(now && { now }) }), now });
    },
    async stop() {
      for (const table of tables) await table.close();
      for (const client of clients) client.destroy();
      for (const step of steps) await step();
    },
  };
}

/** Every mode that takes credentials from the network. */
export const SIGN_IN_MODES: readonly SignInMode[] = [
  { name: 'oidc', start: openId },
  { name: 'entra v1', start: () => entra(1) },
  { name: 'entra v2', start: () => entra(2) },
  { name: 'introspection', start: introspection },
  { name: 'API key', start: apiKeys },
];
