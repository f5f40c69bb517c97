import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { specOf, startControlPlane, type ControlPlane } from '../../../test/control-plane/support/control-plane.js';
import { caller } from '../../../test/control-plane/support/callers.js';
import { temporaryFolder } from '../../../test/support/postgres.js';
import { callerOf } from './support/run.js';

const json = async (url: string, path: string) =>
  (await caller(url, 'alice').get(path)).json as Record<string, unknown>;

async function saveStatus({ rows }: ControlPlane, name: string, phase: 'Ready' | 'Degraded'): Promise<void> {
  const row = await rows.find(name);
  if (!row) throw new Error(`${name} is not there`);
  const condition = {
    type: 'Ready' as const,
    status: 'False' as const,
    reason: 'ImagePullFailed',
    message: 'The image cannot be pulled.',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  await rows.saveStatus(row, { phase, conditions: phase === 'Ready' ? [] : [condition], replicas: [] });
}

describe('resources from the command line', () => {
  it('are created by flags, changed field by field, and deleted', async () => {
    const { url } = await startControlPlane();
    const alice = callerOf(url);
    expect(await alice('adapters create echo --image team/mcp-example:1.0.0 --env A=b=c --role team')).toEqual({
      exit: 0,
      out: '',
      err: 'adapter/echo created\n',
    });
    expect(await json(url, '/adapters/echo')).toMatchObject({
      imageName: 'team/mcp-example',
      imageVersion: '1.0.0',
      environmentVariables: { A: 'b=c' },
      requiredRoles: ['team'],
    });
    expect((await alice('adapters update echo --replicas 3 --env D=e --set sessions.maxOpen=5')).err).toBe(
      'adapter/echo updated\n',
    );
    expect(await json(url, '/adapters/echo')).toMatchObject({
      replicaCount: 3,
      environmentVariables: { A: 'b=c', D: 'e' },
      sessions: { maxOpen: 5 },
    });
    expect((await alice('adapters update echo --replicas 3')).err).toBe('adapter/echo unchanged\n');
    expect((await alice('adapters get echo')).out).toMatch(
      /^NAME +SERVER +REPLICAS.*\necho +team\/mcp-example:1.0.0 +3 /,
    );
    expect((await alice('adapters delete echo')).err).toBe('adapter/echo deleted\n');
    expect(await alice('adapters get echo')).toMatchObject({
      exit: 4,
      err: expect.stringMatching(/^error: There is no such adapter/),
    });
  });

  it('are servers that speak stdio, and servers elsewhere', async () => {
    const { url } = await startControlPlane();
    const alice = callerOf(url);
    await alice(['adapters', 'create', 'files', '--command', 'npx -y @modelcontextprotocol/server-filesystem /tmp']);
    expect(await json(url, '/adapters/files')).toMatchObject({
      imageName: 'mcp-proxy',
      environmentVariables: { MCP_COMMAND: 'npx', MCP_ARGS: '-y @modelcontextprotocol/server-filesystem /tmp' },
    });
    await alice('adapters create far --url https://mcp.example.com/mcp');
    expect(await json(url, '/adapters/far')).toMatchObject({ remote: { url: 'https://mcp.example.com/mcp' } });
  });

  it('fail with a code, the wrong field, and what to do', async () => {
    const { url } = await startControlPlane();
    const alice = callerOf(url);
    await alice('adapters create echo --image i:1');
    expect(await alice('adapters create echo --image i:1')).toMatchObject({ exit: 5, out: '' });
    expect(await alice('adapters create wrong --image i:1 --replicas 99')).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/^error: The request is not valid:\n {2}#\/replicaCount /),
    });
    expect(await alice('adapters create wrong --image i')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('"i" has no version'),
    });
    expect(await callerOf(url, 'bob', 'team')('adapters delete echo')).toMatchObject({ exit: 4 });
  });

  it('have API keys and quotas', async () => {
    const { url } = await startControlPlane();
    const root = callerOf(url, 'root', 'mcp.admin');
    await root('tenants create acme --set displayName=Acme');
    expect((await root('quota update acme --set requests.hour=1000 --set adapters=3')).err).toBe(
      'quota/acme updated\n',
    );
    await root('quota update acme --set adapters=null');
    expect((await root('quota get acme')).out).toMatch(/^LIMIT +USED +ALLOWED +RESETS\nrequests.hour +\S+ +1000 /);
    expect((await root('tenants list -o name')).out).toContain('tenant/acme\n');
    expect((await root('explain adapter/none')).exit).toBe(4);
  });
});

describe('apply', () => {
  const files = async (content: Record<string, string>) => {
    const folder = join(await temporaryFolder(), 'files');
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(content)) await writeFile(join(folder, name), text);
    return folder;
  };
  const two = `kind: adapter
name: a
imageName: i
imageVersion: "1"
---
kind: adapter
name: b
imageName: i
imageVersion: "1"
`;

  it('creates, changes and leaves what files say, and says what it did', async () => {
    const { url } = await startControlPlane();
    const alice = callerOf(url);
    const folder = await files({
      'a.yaml': two,
      'c.json': JSON.stringify({ kind: 'adapter', ...specOf('c') }),
      'notes.txt': '!',
    });
    const first = await alice(['apply', '-f', folder, '--dry-run']);
    expect(first).toEqual({
      exit: 0,
      out: '',
      err: ['a', 'b', 'c'].map((name) => `adapter/${name} created (dry run)\n`).join(''),
    });
    expect(await json(url, '/adapters')).toEqual([]);
    expect((await alice(['apply', '-f', folder])).err).toBe(
      'adapter/a created\nadapter/b created\nadapter/c created\n',
    );
    const input = two.replace('imageVersion: "1"', 'imageVersion: "2"');
    expect(await alice(['apply', '-f', '-', '--diff'], { input })).toEqual({
      exit: 0,
      out: '  - /imageVersion: "1"\n  + /imageVersion: "2"\n',
      err: 'adapter/a updated\nadapter/b unchanged\n',
    });
    expect(await json(url, '/adapters/a')).toMatchObject({ imageVersion: '2', generation: 2 });
  });

  it('deletes with --prune what is selected and in no file, and nothing else', async () => {
    const { url } = await startControlPlane();
    const [alice, bob] = [callerOf(url), callerOf(url, 'bob')];
    await bob('adapters create of-bob --image i:1 --role mcp.dev');
    await alice('adapters create old --image i:1');
    const root = callerOf(url, 'root', 'mcp.admin');
    expect(await alice(['apply', '-f', '-', '--prune'], { input: two })).toMatchObject({ exit: 2 });
    const dry = ['apply', '-f', '-', '--prune', '-l', 'createdBy=alice', '--dry-run'];
    expect((await root(dry, { input: two })).err).toMatch(/adapter\/old deleted \(dry run\)\n$/);
    expect((await root('adapters list -o name')).out).toBe('adapter/of-bob\nadapter/old\n');
    expect((await root(['apply', '-f', '-', '--prune', '-l', 'createdBy=alice'], { input: two })).err).toMatch(
      /adapter\/old deleted\n$/,
    );
    expect((await root('adapters list -o name')).out).toBe('adapter/a\nadapter/b\nadapter/of-bob\n');
    expect((await root(['delete', '-f', '-'], { input: two })).err).toBe('adapter/b deleted\nadapter/a deleted\n');
  });

  it('restores an export', async () => {
    const { url } = await startControlPlane();
    const root = callerOf(url, 'root', 'mcp.admin');
    await root('tenants create acme');
    await root('quota update acme --set adapters=3');
    await root('adapters create a --image i:1 --description Anything');
    await root('toolsets create all-of-it --set tools=[{name:"*"}]');
    const before = (await root('export')).out;
    await root('toolsets delete all-of-it');
    await root('adapters delete a');
    await root('tenants delete acme');
    expect((await root(['apply', '-f', '-'], { input: before })).exit).toBe(0);
    expect((await root('export')).out).toBe(before);
  });

  it('goes on after a failure, and fails', async () => {
    const { url } = await startControlPlane();
    await callerOf(url, 'bob')('adapters create a --image i:1');
    const ran = await callerOf(url)(['apply', '-f', '-'], { input: two });
    expect(ran).toMatchObject({ exit: 1, out: '' });
    expect(ran.err).toMatch(/^error: adapter\/a: .*taken.*\n.*adapter\/b created\nerror: 1 of 2 resources failed/s);
  });
});

describe('what a resource does', () => {
  it('shows in status, and ends wait', async () => {
    const plane = await startControlPlane();
    const alice = callerOf(plane.url);
    await alice('adapters create echo --image i:1 --replicas 0');
    await saveStatus(plane, 'echo', 'Degraded');
    expect((await alice('status')).out).toMatch(
      /^RESOURCE +PHASE +READY +MESSAGE\nadapter\/echo +Degraded +\S+ +The image cannot be pulled.\n$/,
    );
    expect((await alice('status echo')).out).toMatch(
      /^adapter\/echo {2}Degraded.*\n {2}Ready: no \(ImagePullFailed\) The image cannot be pulled.\n/,
    );
    expect(await alice('wait echo --for ready --within 0s')).toMatchObject({
      exit: 6,
      err: expect.stringMatching(
        /adapter\/echo is Degraded.* and not ready after 0s. The image cannot be pulled.\n.*mcp-gateway logs/,
      ),
    });
    expect(await alice('wait none --for deleted')).toMatchObject({ exit: 0, err: 'adapter/none is deleted\n' });
    const waiting = alice('wait echo --for ready --within 20s');
    await saveStatus(plane, 'echo', 'Ready');
    expect(await waiting).toMatchObject({ exit: 0, err: expect.stringMatching(/adapter\/echo is ready\n$/) });
  });

  it('ends a watch with Ctrl-C', async () => {
    const plane = await startControlPlane();
    const alice = callerOf(plane.url);
    await alice('adapters create echo --image i:1');
    const interrupt = new AbortController();
    const watching = alice('status echo --watch', { signal: interrupt.signal });
    setTimeout(() => interrupt.abort(), 200);
    expect(await watching).toMatchObject({ exit: 0, out: expect.stringMatching(/^adapter\/echo/) });
  });
});

describe('completion', () => {
  it.each([
    ['ada', 'adapters\n'],
    ['adapters|u', 'update\n'],
    ['adapters|get|', 'echo\n'],
    ['adapters|list|--no', '--no-headers\n'],
    ['adapters|list|-o|j', 'json\njsonpath=\n'],
    ['status|adapter/', 'adapter/echo\n'],
    ['completion|z', 'zsh\n'],
  ])('of %s is %j', async (words, out) => {
    const { url } = await startControlPlane();
    const alice = callerOf(url);
    await alice('adapters create echo --image i:1');
    expect((await alice(['__complete', '--', ...words.split('|')])).out).toBe(out);
  });

  it('has a script for each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
      expect((await callerOf('http://127.0.0.1')(`completion ${shell}`)).out).toContain('mcp-gateway __complete');
    }
  });
});
