import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterTest } from './clean-up.js';
import { CLIENT_ID, TENANT } from './entra.js';
import { bodyOf } from './http.js';
import type { TestIssuer } from './issuer.js';

const PATH = `/${TENANT}/oauth2/v2.0`;
const OPENID_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** The registration of the gateway in the stand-in. */
export interface Registration {
  /** Its Application ID URIs (`identifierUris`). */
  identifierUris: string[];
  /** The names of the scopes that it exposes. */
  scopes: string[];
}

/** A refusal as Entra words it. */
class Refusal extends Error {
  constructor(
    readonly error: string,
    description: string,
  ) {
    super(description);
  }
}

interface Grant {
  query: URLSearchParams;
  audience: string;
  scopes: string[];
}

/**
 * The sign-in pages of Entra (v2.0 endpoints), where everyone has consented: authorization code with PKCE, refresh
 * tokens and client credentials. It refuses as Entra does: scopes that the application does not expose, and a
 * `resource` that is not the Application ID URI of the scopes (AADSTS9010010).
 * @param entra issues the tokens and has the other documents
 */
export async function startEntraSignIn(entra: TestIssuer, registration: Registration) {
  const grants = new Map<string, Grant>();
  /** What clients sent. */
  const requests: { path: string; resource: string | null; scope: string | null }[] = [];

  /** @throws Refusal */
  function grantOf(query: URLSearchParams): Grant {
    const named = (query.get('scope') ?? '').split(' ').filter((scope) => scope && !OPENID_SCOPES.includes(scope));
    if (named.length === 0) throw new Refusal('invalid_request', "AADSTS900144: … must contain: 'scope'");
    const [audience, ...others] = new Set(named.map((scope) => scope.slice(0, scope.lastIndexOf('/'))));
    if (others.length > 0) throw new Refusal('invalid_scope', 'AADSTS28000: … more than one resource');
    if (audience === undefined || ![...registration.identifierUris, CLIENT_ID].includes(audience)) {
      throw new Refusal('invalid_resource', `AADSTS500011: The resource principal named ${audience} was not found`);
    }
    const resource = query.get('resource');
    if (resource !== null && resource !== audience) {
      throw new Refusal(
        'invalid_target',
        "AADSTS9010010: The resource parameter provided in the request doesn't match with the requested scopes.",
      );
    }
    const names = named.map((scope) => scope.slice(scope.lastIndexOf('/') + 1));
    const unknown = names.find((name) => name !== '.default' && !registration.scopes.includes(name));
    if (unknown !== undefined)
      throw new Refusal('invalid_scope', `AADSTS650053: … scope '${unknown}' that doesn't exist`);
    return { query, audience, scopes: names.includes('.default') ? registration.scopes : names };
  }

  const tokenFor = ({ audience, scopes }: Grant, own: Record<string, unknown> = {}) =>
    entra.token({ ...(entra.issuer.endsWith('/') && { aud: audience }), scp: scopes.join(' '), ...own });

  /** @throws Refusal */
  async function exchange(body: URLSearchParams) {
    const scope = body.get('scope');
    if (body.get('grant_type') === 'client_credentials') {
      if (!scope?.endsWith('/.default')) throw new Refusal('invalid_scope', 'AADSTS1002012: … /.default suffixed');
      const access = await tokenFor(grantOf(body), { scp: undefined, roles: ['team'], idtyp: 'app' });
      return { token_type: 'Bearer', expires_in: 3599, access_token: access };
    }
    const code = body.get('code') ?? body.get('refresh_token') ?? '';
    const grant = grants.get(code);
    if (!grant) throw new Refusal('invalid_grant', 'AADSTS70008: The provided authorization code … has expired');
    if (body.has('code')) {
      grants.delete(code);
      const challenge = createHash('sha256')
        .update(body.get('code_verifier') ?? '')
        .digest('base64url');
      if (challenge !== grant.query.get('code_challenge')) throw new Refusal('invalid_grant', 'AADSTS50148: …');
    }
    if (scope !== null || body.has('resource')) {
      grantOf(new URLSearchParams({ scope: grant.query.get('scope') ?? '', ...Object.fromEntries(body) }));
    }
    const refresh = randomUUID();
    grants.set(refresh, grant);
    return { token_type: 'Bearer', expires_in: 3599, access_token: await tokenFor(grant), refresh_token: refresh };
  }

  async function answer(req: IncomingMessage): Promise<{ status: number; location?: string; json?: unknown }> {
    const url = new URL(req.url ?? '', 'http://entra');
    const body = new URLSearchParams((await bodyOf(req)).toString());
    const query = url.pathname === `${PATH}/authorize` ? url.searchParams : body;
    if (url.pathname.startsWith(PATH)) {
      requests.push({ path: url.pathname, resource: query.get('resource'), scope: query.get('scope') });
    }
    try {
      if (url.pathname === `${PATH}/authorize`) {
        const code = randomUUID();
        grants.set(code, grantOf(query));
        const state = query.get('state');
        const back = new URLSearchParams({ code, ...(state !== null && { state }), session_state: randomUUID() });
        return { status: 302, location: `${query.get('redirect_uri')}?${String(back)}` };
      }
      if (url.pathname === `${PATH}/token`) return { status: 200, json: await exchange(body) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: 400, json: { error: error.error, error_description: error.message } };
    }
    const found = await fetch(entra.url + url.pathname);
    return found.ok ? { status: 200, json: await found.json() } : { status: 404, json: {} };
  }

  const server = createServer((req, res) => {
    void answer(req).then(({ status, location, json }) => {
      res.writeHead(status, { 'content-type': 'application/json', ...(location !== undefined && { location }) });
      res.end(JSON.stringify(json ?? {}));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  afterTest(() => server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
