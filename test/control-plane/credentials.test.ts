import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
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
  const issue = async (body: object, authorization = `Bearer ${SECRET}`) => {
    const answer = await fetch(`${plane.url}/internal/credentials`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  };
  return { ...plane, write, register, issue, log, admin, secrets };
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
  expect((await issue(asked, `Bearer ${NEXT_SECRET}`)).status).toBe(200);
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
  for (const secret of [SECRET, NEXT_SECRET]) {
    const { status, json } = await issue(asked, `Bearer ${secret}`);
    expect([status, json]).toEqual([
      200,
      { header: 'authorization', value: HEADER.value, shared: true, renewInSeconds: 60, expiresInSeconds: 86_400 },
    ]);
  }
  for (const authorization of ['', 'Bearer ', `Bearer ${SECRET}x`, SECRET, 'Basic x']) {
    const { status, json } = await issue(asked, authorization);
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
