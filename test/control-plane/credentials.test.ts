import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { authority } from '../data-plane/support/certificate.js';
import { startTokenServer } from '../support/authorization-server.js';
import { recordingLog } from '../support/recording-log.js';
import { temporaryFolder } from '../support/postgres.js';
import { caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';

const SECRET = 'a-secret-of-thirty-two-characters-1';
const NEXT_SECRET = 'a-secret-of-thirty-two-characters-2';

/** @param credentials by name: an object becomes a JSON file, a list of fields a folder of files */
async function controlPlaneWith(credentials: Record<string, object | [string, string][]>) {
  const folder = await temporaryFolder();
  const write = async (name: string, credential: object | [string, string][]) => {
    if (!Array.isArray(credential)) return writeFile(join(folder, `${name}.json`), JSON.stringify(credential));
    await mkdir(join(folder, name), { recursive: true });
    for (const [field, value] of credential as [string, string][]) await writeFile(join(folder, name, field), value);
  };
  for (const [name, credential] of Object.entries(credentials)) await write(name, credential);
  const log = recordingLog();
  const secrets = [NEXT_SECRET, SECRET];
  const plane = await startControlPlane({ credentials: { folder, secrets: () => secrets }, log: log.log });
  const admin = caller(plane.url, 'root', 'mcp.admin');
  const register = async (name: string, credential: string) => {
    const { status, json } = await admin.post(specOf(name, { upstreamAuth: { credential } }));
    expect(status).toBe(201);
    return json.id as string;
  };
  const ask = async (path: string, body: object, secret: string) => {
    const answer = await fetch(`${plane.url}/internal/${path}`, {
      method: 'POST',
      headers: { 'x-mcp-gateway-secret': secret, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };
  const issue = (body: object, secret = SECRET) => ask('credentials', body, secret);
  const certificates = (body: object, secret = SECRET) => ask('certificates', body, secret);
  return { ...plane, write, register, issue, certificates, log, admin, secrets };
}

const HEADER = { type: 'header', value: 'Bearer from-a-file', roles: ['team-a'] };

it.each([
  ['mcp.admin', 'github', 201],
  ['Team-A', 'github', 201],
  ['team-b', 'github', 403],
  ['team-b', 'not-there', 403],
  ['mcp.admin', 'not-there', 400],
  ['mcp.admin', '../github', 400],
  ['mcp.admin', 'broken', 502],
  ['team-b', 'broken', 403],
])('a caller with the role %s that names the credential %s gets %s', async (role, credential, status) => {
  const { url } = await controlPlaneWith({ github: HEADER, broken: { type: 'header', value: '' } });
  const answer = await caller(url, 'alice', role).post(specOf('tools', { upstreamAuth: { credential } }));
  expect(answer.status).toBe(status);
});

it('refuses a credential of others with the same words as one that does not exist, on POST and PUT', async () => {
  const { url } = await controlPlaneWith({ github: HEADER });
  const bob = caller(url, 'bob', 'team-b');
  await bob.post(specOf('mine'));
  const details = await Promise.all(
    ['github', 'not-there'].map(async (credential) => {
      const spec = (name: string) => specOf(name, { upstreamAuth: { credential } });
      const answers = [await bob.post(spec('other')), await bob.put('mine', spec('mine'))];
      return answers.map(({ json }) => json.detail as string);
    }),
  );
  expect(new Set(details.flat()).size).toBe(1);
  expect(details.flat()[0]).toContain('needs the role mcp.admin or one that the operator lists');
});

const tlsAuthority = authority();
const pair = tlsAuthority.issue();
const [CA, CERT, KEY] = [String(tlsAuthority.ca), String(pair.cert), String(pair.key)];
const TLS = { type: 'tls', 'ca.crt': CA, roles: ['team-a'] };

describe('a credential of the type tls', () => {
  it.each([
    ['mcp.admin', { tls: { credential: 'backend' } }, 201],
    ['team-a', { tls: { credential: 'backend', serverName: 'crm.internal' } }, 201],
    ['team-b', { tls: { credential: 'backend' } }, 403],
    ['team-b', { tls: { credential: 'not-there' } }, 403],
    ['mcp.admin', { tls: { credential: 'not-there' } }, 400],
    ['team-b', { tls: { serverName: 'crm.internal' } }, 201],
    ['team-b', { tls: {} }, 201],
    ['mcp.admin', { tls: { serverName: '10.0.0.7' } }, 400],
    ['mcp.admin', { tls: { credential: 'github' } }, 400],
    ['mcp.admin', { upstreamAuth: { credential: 'backend' } }, 400],
  ])('a caller with the role %s that sends %j gets %s', async (role, changes, status) => {
    const { url } = await controlPlaneWith({ github: HEADER, backend: TLS });
    expect((await caller(url, 'alice', role).post(specOf('tools', changes))).status).toBe(status);
  });

  it('gives its certificates to services only, also as cert-manager makes a Secret, and again when they change', async () => {
    const { admin, certificates, write } = await controlPlaneWith({
      backend: [
        ['ca.crt', CA],
        ['tls.crt', CERT],
        ['tls.key', KEY],
      ],
    });
    const { json } = await admin.post(specOf('tools', { tls: { credential: 'backend' } }));
    const asked = { name: 'tools', resourceId: json.id as string };
    const times = { renewInSeconds: 60, expiresInSeconds: 86_400 };
    const issued = await certificates(asked);
    expect([issued.status, issued.json]).toEqual([
      200,
      { ca: CA.trimEnd(), cert: CERT.trimEnd(), key: KEY.trimEnd(), ...times },
    ]);
    const next = String(authority('next').ca);
    await write('backend', [['ca.crt', next]]);
    expect((await certificates(asked)).json).toMatchObject({ ca: next.trimEnd() });
    const refused = await certificates(asked, `${SECRET}x`);
    expect([refused.status, JSON.stringify(refused.json)]).toEqual([403, expect.not.stringContaining('BEGIN')]);
    expect((await certificates({ ...asked, resourceId: 'another' })).status).toBe(404);
  });

  it.each([
    [{ type: 'tls' }, 'needs ca.crt, or tls.crt and tls.key'],
    [{ type: 'tls', 'ca.crt': 's3cret' }, 'ca.crt must be certificates of authorities, in PEM'],
    [{ type: 'tls', 'tls.crt': CERT }, 'needs both of tls.crt and tls.key'],
    [
      { type: 'tls', 'tls.crt': CERT, 'tls.key': String(tlsAuthority.issue().key) },
      'must be a certificate and its key',
    ],
    [HEADER, 'is of the type header, not tls'],
  ])('says what is wrong with %j, and never what is in it', async (credential, fault) => {
    const { admin, certificates, write, log } = await controlPlaneWith({ backend: TLS });
    const { json } = await admin.post(specOf('tools', { tls: { credential: 'backend' } }));
    await write('backend', credential);
    const answer = await certificates({ name: 'tools', resourceId: json.id as string });
    expect([answer.status, answer.json['code']]).toEqual([502, 'CREDENTIAL_UNAVAILABLE']);
    const said = log.text() + JSON.stringify(answer.json);
    expect(said).toContain(fault);
    expect(said).not.toMatch(/BEGIN|s3cret/);
  });
});

it('lets only admins choose the audience of identity tokens', async () => {
  const { url } = await controlPlaneWith({});
  const spec = specOf('tools', { upstreamAuth: { identityToken: true, audience: 'https://payments.example.com' } });
  const refused = await caller(url, 'bob').post(spec);
  expect([refused.status, refused.json.detail]).toEqual([403, expect.stringContaining('mcp.admin')]);
  expect((await caller(url, 'root', 'mcp.admin').post(spec)).status).toBe(201);
  const idle = await caller(url, 'root', 'mcp.admin').post(specOf('other', { upstreamAuth: { audience: 'x' } }));
  expect([idle.status, idle.json.detail]).toEqual([400, expect.stringContaining('no effect')]);
});

it('gives nothing for a secret that has been removed since it started', async () => {
  const { register, issue, secrets } = await controlPlaneWith({ github: HEADER });
  const asked = { name: 'tools', resourceId: await register('tools', 'github') };
  expect((await issue(asked)).status).toBe(200);
  secrets.pop();
  expect((await issue(asked)).status).toBe(403);
  expect((await issue(asked, NEXT_SECRET)).status).toBe(200);
});

it('gives nothing for an adapter that is being removed', async () => {
  const { register, issue, admin } = await controlPlaneWith({ github: HEADER });
  const asked = { name: 'tools', resourceId: await register('tools', 'github') };
  expect((await admin.remove('tools')).status).toBe(204);
  expect((await issue(asked)).status).toBe(404);
});

it('gives a credential for an adapter that names it, to services with one of the secrets only', async () => {
  const { register, issue } = await controlPlaneWith({ github: HEADER });
  const asked = { name: 'tools', resourceId: await register('tools', 'github') };
  for (const secret of [SECRET, NEXT_SECRET, `a-secret-of-before, ${SECRET}`]) {
    const { status, json } = await issue(asked, secret);
    expect([status, json]).toEqual([
      200,
      { header: 'authorization', value: HEADER.value, shared: true, renewInSeconds: 60, expiresInSeconds: 86_400 },
    ]);
  }
  for (const secret of ['', ',', `${SECRET}x`, SECRET.slice(1), `Bearer ${SECRET}`]) {
    const { status, json } = await issue(asked, secret);
    expect([status, JSON.stringify(json).includes('from-a-file')]).toEqual([403, false]);
  }
  expect((await issue({ ...asked, resourceId: 'another' })).status).toBe(404);
  expect((await issue({ ...asked, name: 'none' })).status).toBe(404);
});

it('has no endpoint for credentials without a secret', async () => {
  const { url } = await startControlPlane();
  expect((await fetch(`${url}/internal/credentials`, { method: 'POST' })).status).toBe(404);
});

it('reads fields from files as a Secret is mounted, and again when they change', async () => {
  const { register, issue, write } = await controlPlaneWith({
    search: [
      ['type', 'header\n'],
      ['header', 'X-Api-Key'],
      ['value', 'first\n'],
      ['roles', 'team-a, team-b'],
    ],
  });
  const asked = { name: 'tools', resourceId: await register('tools', 'search') };
  expect((await issue(asked)).json).toMatchObject({ header: 'x-api-key', value: 'first' });
  await write('search', [['value', 'second']]);
  expect((await issue(asked)).json).toMatchObject({ header: 'x-api-key', value: 'second' });
});

it.each([
  [{ type: 'magic' }, 'must be "header"'],
  [{ type: 'header', value: 's3cret\u0007' }, 'value must be printable ASCII'],
  [{ type: 'header', value: 's3cret', header: 'Mcp-Session-Id' }, 'header is a header that the gateway sets itself'],
  [{ type: 'header', value: 's3cret', extra: 's3cret' }, 'extra'],
  [
    { type: 'client-credentials', tokenEndpoint: 'http://login.example.com', clientId: 'c', clientSecret: 's3cret' },
    'tokenEndpoint must be an https URL',
  ],
  [
    { type: 'on-behalf-of', tokenEndpoint: 'https://login.example.com', clientId: 'c', clientSecret: 's3cret' },
    'scope',
  ],
])('says in the log what is wrong with %j, and never its secret', async (credential, fault) => {
  const { register, issue, write, log } = await controlPlaneWith({ github: HEADER });
  const resourceId = await register('tools', 'github');
  await write('github', credential);
  const { status, json } = await issue({ name: 'tools', resourceId });
  expect([status, json['code']]).toEqual([502, 'CREDENTIAL_UNAVAILABLE']);
  expect(log.text()).toContain(fault);
  expect(log.text() + JSON.stringify(json)).not.toContain('s3cret');
});

it('passes on the codes of an authorization server that refuses, and none of its texts', async () => {
  const { url, state, requests } = await startTokenServer();
  const client = { tokenEndpoint: url, clientId: 'gateway', clientSecret: 's3cret' };
  const { register, issue, log } = await controlPlaneWith({
    own: { type: 'token-exchange', ...client },
    client: { type: 'client-credentials', ...client },
  });
  const own = { name: 'own', resourceId: await register('own', 'own') };
  const shared = { name: 'shared', resourceId: await register('shared', 'client') };

  const none = await issue(own);
  expect([none.status, none.json['detail']]).toEqual([502, expect.stringContaining('sign in with an access token')]);
  const claims = (exp: number) => Buffer.from(JSON.stringify({ sub: 'alice', exp })).toString('base64url');
  const expired = await issue({ ...own, subjectToken: `e30.${claims(1)}.x` });
  expect([expired.status, expired.json['detail']]).toEqual([401, 'the token has expired']);
  expect(requests).toHaveLength(0);

  state.refusal = { error: 'interaction_required', error_description: 'AADSTS50076: s3cret text', claims: '{}' };
  const refused = await issue(shared);
  expect([refused.status, refused.json['code']]).toEqual([502, 'CREDENTIAL_UNAVAILABLE']);
  expect(refused.json['detail']).toContain('interaction_required, AADSTS50076');
  state.isDown = true;
  const down = await issue(shared);
  expect([down.status, down.json['code']]).toEqual([503, 'UNAVAILABLE']);
  expect(log.text() + JSON.stringify([refused, down])).not.toContain('s3cret');
});
