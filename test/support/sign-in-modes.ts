import { tokenVerifier, type SignIn, type Verifier } from '@mcp-gateway/identity';
import { ALICE, ENTRA, OTHER_TENANT, signInFrom, startEntra } from './entra.js';
import { fetcherFrom, startIssuer, type TestIssuer } from './issuer.js';
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

/** Every mode that takes credentials from the network. */
export const SIGN_IN_MODES: readonly SignInMode[] = [
  { name: 'oidc', start: openId },
  { name: 'entra v1', start: () => entra(1) },
  { name: 'entra v2', start: () => entra(2) },
];
