import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { specOf, startControlPlane } from '../../../test/control-plane/support/control-plane.js';
import { caller } from '../../../test/control-plane/support/callers.js';
import { temporaryFolder } from '../../../test/support/postgres.js';
import { version } from '../src/program.js';
import { callerOf, mcpGateway } from './support/run.js';

describe('the frame of the command line', () => {
  it('prints one result in every format', async () => {
    const { url } = await startControlPlane();
    await caller(url, 'alice').post(specOf('echo', { description: 'A \u001b[31mred\u001b[0m\nserver' }));
    const alice = callerOf(url);
    const table = await alice('adapters list');
    expect(table.exit).toBe(0);
    expect(table.out).toMatch(/^NAME +.*\necho +/);
    expect((await alice('adapters list --no-headers')).out).toMatch(/^echo +/);
    expect((await alice('adapters list -o wide')).out).not.toContain('\u001b');
    expect((await alice('adapters list -o name')).out).toBe('adapter/echo\n');
    expect(JSON.parse((await alice('adapters list -o json')).out)).toMatchObject([{ name: 'echo', generation: 1 }]);
    expect((await alice('adapters list -o yaml')).out).toMatch(/^- .*\n {2}\w/);
    expect((await alice(['adapters', 'list', '-o', 'jsonpath={[*].name}'])).out).toBe('echo\n');
    expect((await alice(['adapters', 'list', '-o', 'jsonpath=$[?(@.name=="echo")].imageName'])).out).toBe(
      'mcp-example\n',
    );
  });

  it('colours a terminal and nothing else', async () => {
    const { url } = await startControlPlane();
    await caller(url, 'alice').post(specOf('echo'));
    const alice = callerOf(url);
    expect((await alice('adapters list', { isTTY: true })).out).toContain('\u001b[1mNAME');
    expect((await alice('adapters list', { isTTY: true, variables: { NO_COLOR: '1' } })).out).not.toContain('\u001b');
    expect((await alice('adapters list')).out).not.toContain('\u001b');
  });

  it('lets no text of a server steer a terminal, and gives programs every character', async () => {
    const text = 'a\u001b]0;title\u0007\u009b2Jb';
    const { url } = await startControlPlane();
    await caller(url, 'alice').post(specOf('echo', { description: text }));
    const alice = callerOf(url);
    const path = ['adapters', 'get', 'echo', '-o', 'jsonpath=.description'];
    expect((await alice(path, { isTTY: true })).out).toBe('ab\n');
    expect((await alice(path)).out).toBe(`${text}\n`);
    expect((await alice('adapters get echo -o json', { isTTY: true })).out).not.toContain('\u009b');
    const problem = { type: 'about:blank', title: text, status: 400, code: 'INVALID_REQUEST', detail: text };
    const headers = { 'content-type': 'application/problem+json' };
    const refused = await alice('adapters list', {
      fetch: async () => new Response(JSON.stringify(problem), { status: 400, headers }),
    });
    expect([refused.exit, refused.err]).toEqual([1, 'error: ab: ab\n']);
  });

  it.each([
    ['an unknown command', 'adaptrs', 2, /unknown command 'adaptrs'\n\(Did you mean adapters\?\)/],
    ['an unknown flag', 'adapters list --fast', 2, /unknown option '--fast'/],
    ['a format that does not exist', 'adapters list -o xml', 2, /"xml" is no output format: use table, wide, json/],
    ['a time limit that is none', 'adapters list --timeout soon', 2, /"soon" is not a duration: use 30s, 5m or 2h/],
    ['a context that does not exist', 'adapters list --context x', 2, /There is no context "x"; there are: none/],
    ['a URL that is none', 'adapters list --gateway x', 2, /"x" is not the URL of a gateway/],
    [
      'a gateway that does not answer',
      'adapters list --gateway http://127.0.0.1:2',
      7,
      /ECONNREFUSED.*\nIs the gateway/,
    ],
  ])('ends after %s with a code and what to do', async (_what, line, exit, message) => {
    const ran = await mcpGateway(line.split(' '));
    expect(ran).toMatchObject({ exit, out: '' });
    expect(ran.err).toMatch(message);
  });

  it('prints its version', async () => {
    expect(await mcpGateway(['--version'])).toEqual({ exit: 0, out: `${version}\n`, err: '' });
    const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ version });
  });
});

describe('contexts', () => {
  it('name gateways in a file that only its owner can read', async () => {
    const { url } = await startControlPlane();
    await caller(url, 'alice').post(specOf('echo'));
    const file = join(await temporaryFolder(), 'new', 'contexts.yaml');
    const run = (...args: string[]) => mcpGateway(args, { file });
    expect(await run('contexts', 'set', 'mine', '--gateway', url, '--as', 'alice')).toMatchObject({ exit: 0 });
    expect(await run('contexts', 'set', 'other', '--gateway', url, '--as', 'bob')).toMatchObject({ exit: 0 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(file))).mode & 0o777).toBe(0o700);
    expect((await run('adapters', 'list', '-o', 'name')).out).toBe('adapter/echo\n');
    expect((await run('adapters', 'list', '-o', 'name', '--context', 'other')).out).toBe('');
    await run('contexts', 'use', 'other');
    expect((await run('contexts', 'list')).out).toMatch(/mine +http.*development as alice\n\* +other/);
    await run('contexts', 'delete', 'other');
    expect((await run('contexts', 'list', '-o', 'name')).out).toBe('context/mine\n');
  });

  it('are not quoted where their file is not valid, because it has secrets', async () => {
    const file = join(await temporaryFolder(), 'contexts.yaml');
    await writeFile(file, 'contexts:\n  - login: { accessToken: swordfish\n  - name: x\n');
    const { exit, err } = await mcpGateway(['contexts', 'list'], { file });
    expect([exit, err]).toEqual([expect.any(Number), expect.stringContaining('is not a valid file of contexts.')]);
    expect(err).not.toContain('swordfish');
  });

  it('are changed by several commands at once without a loss', async () => {
    const file = join(await temporaryFolder(), 'contexts.yaml');
    const names = Array.from({ length: 8 }, (_, at) => `g${at}`);
    await Promise.all(names.map((name) => mcpGateway(['contexts', 'set', name, '--gateway', 'http://h'], { file })));
    const { out } = await mcpGateway(['contexts', 'list', '-o', 'name'], { file });
    expect(out.split('\n').filter(Boolean).toSorted()).toEqual(names.map((name) => `context/${name}`));
  });
});
