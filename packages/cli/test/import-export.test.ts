import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { specOf, startControlPlane } from '../../../test/control-plane/support/control-plane.js';
import { caller } from '../../../test/control-plane/support/callers.js';
import { temporaryFolder } from '../../../test/support/postgres.js';
import { callerOf } from './support/run.js';

async function fileOf(content: string): Promise<string> {
  const file = join(await temporaryFolder(), 'import');
  await writeFile(file, content);
  return file;
}

const CLIENT_FILE = JSON.stringify({
  mcpServers: {
    memory: { command: 'npx', args: ['-y', 'server-memory'], env: { API_KEY: 'sk-secret' } },
    docs: { url: 'https://docs.example/mcp' },
    box: { command: 'docker', args: ['run', 'x'] },
  },
});

describe('import', () => {
  it('shows a plan and writes nothing before it is confirmed', async () => {
    const { url } = await startControlPlane();
    const [alice, file] = [callerOf(url), await fileOf(CLIENT_FILE)];
    const shown = await alice(['import', file, '--dry-run']);
    expect(shown.out).toContain('2 to register:\n  + adapter memory  (mcpServers.memory)\n      ! API_KEY: secret');
    expect(shown.out).toContain('1 not imported:\n  - mcpServers.box\n');
    const unconfirmed = await alice(['import', file]);
    expect([unconfirmed.exit, unconfirmed.err]).toEqual([2, expect.stringContaining('Add --yes to do it.')]);
    expect((await caller(url, 'alice').get('/adapters')).json).toEqual([]);
    expect((await alice(['import', file, '--dry-run', '-o', 'yaml'])).out).toContain(
      '- kind: adapter\n  name: memory\n',
    );
  });

  it('registers what it can, says what became of each, and leaves what exists', async () => {
    const { url } = await startControlPlane();
    const [alice, file] = [callerOf(url), await fileOf(CLIENT_FILE)];
    await caller(url, 'alice').post(specOf('docs', { description: 'ours' }));
    const done = await alice(['import', file, '--yes']);
    expect([done.exit, done.out]).toEqual([
      0,
      'adapter/memory created\nadapter/docs exists and stays as it is (--replace)\n',
    ]);
    expect(JSON.stringify((await caller(url, 'alice').get('/adapters')).json)).not.toContain('sk-secret');
    const replaced = await alice(['import', file, '--yes', '--replace']);
    expect(replaced.out).toContain('adapter/docs replaced');
    expect((await caller(url, 'alice').get('/adapters/docs')).json).toMatchObject({
      remote: { url: 'https://docs.example/mcp' },
    });
  });

  it('says in the plan what exists already, and asks nothing when all does', async () => {
    const { url } = await startControlPlane();
    const alice = callerOf(url);
    await alice('adapters create docs --image i:1 --description ours');
    const exported = await fileOf((await alice('export')).out);
    const same = await alice(['import', exported]);
    expect(same).toMatchObject({ exit: 0, out: '' });
    expect(same.err).toBe('Nothing to register:\n  = adapter docs exists already, unchanged\n\n');
    const file = await fileOf(CLIENT_FILE);
    const planned = (await alice(['import', file, '--dry-run'])).out;
    expect(planned).toMatch(/^1 to register:\n {2}\+ adapter memory /);
    expect(planned).toContain('  = adapter docs  (mcpServers.docs) exists and stays as it is (--replace)\n');
    const replacing = (await alice(['import', file, '--dry-run', '--replace'])).out;
    expect(replacing).toContain('  ~ adapter docs  (mcpServers.docs) exists and is replaced\n');
  });

  it.each([
    ['of no known format', async () => fileOf('{"a": 1}'), /: the format is not known\.\n/],
    ['that is broken', async () => fileOf('{"a": '), /is no JSON: /],
    ['that does not exist', async () => '/nowhere.json', /^error: There is no file \/nowhere\.json\.\n$/],
  ])('ends with 2 for a file %s', async (_what, file, why) => {
    const ran = await callerOf('http://127.0.0.1:2')(['import', await file()]);
    expect([ran.exit, ran.err]).toEqual([2, expect.stringMatching(why)]);
  });

  it('says what the gateway refuses, field by field, and registers the rest', async () => {
    const { url } = await startControlPlane();
    const bad = { mcpServers: { bad: { command: 'npx', env: { MCP_COMAND: 'x' } }, good: { command: 'npx' } } };
    const done = await callerOf(url)(['import', await fileOf(JSON.stringify(bad)), '--yes']);
    expect(done.exit).toBe(1);
    expect(done.out).toMatch(/adapter\/bad failed: .*MCP_COMAND.*\nadapter\/good created\n/);
    expect(done.err).toContain('1 of 2 could not be registered.');
  });
});

describe('export', () => {
  it('restores all of a gateway on an empty one', async () => {
    const { url } = await startControlPlane();
    const api = caller(url, 'alice', 'mcp.admin');
    const admin = callerOf(url, 'alice', 'mcp.admin');
    const tenant = { id: 'team', displayName: 'Team', members: { roles: ['team'] } };
    expect((await api.call('POST', '/tenants', tenant)).status).toBe(201);
    expect((await api.call('PUT', '/tenants/team/quota', { adapters: 5, requests: { hour: 1000 } })).status).toBe(200);
    await api.post(specOf('echo', { description: 'An echo', replicaCount: 2, requiredRoles: ['team'] }));
    await api.post({ name: 'far', remote: { url: 'https://far.example/mcp', headers: { 'X-A': 'b' } } });
    const tool = { name: 'far-tools', source: { type: 'adapter', adapter: 'far', tools: ['get_*'] } };
    expect((await api.call('POST', '/tools', tool)).status).toBe(201);
    expect((await api.call('POST', '/toolsets', { name: 'set', tools: [{ name: 'far-tools_*' }] })).status).toBe(201);

    const before = await admin('export');
    expect(before.exit).toBe(0);
    for (const path of ['/toolsets/set', '/tools/far-tools', '/adapters/far', '/adapters/echo', '/tenants/team']) {
      expect([path, (await api.call('DELETE', path)).status]).toEqual([path, 204]);
    }
    expect((await admin('export')).out).not.toContain('echo');
    const restored = await admin(['import', await fileOf(before.out), '--yes']);
    expect([restored.exit, restored.err]).toEqual([0, expect.any(String)]);
    expect((await admin('export')).out).toBe(before.out);
  });
});
