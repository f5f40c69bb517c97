import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { applyInstall, planInstall } from './install.js';
import { mergeServer } from './merge.js';
import { clientOf } from './table.js';

const folder = mkdtempSync(join(tmpdir(), 'clients-'));
afterAll(() => rmSync(folder, { recursive: true }));

const JSON_PLACE = { format: 'jsonc', servers: ['mcpServers'] } as const;
const TOML_PLACE = { format: 'toml', servers: ['mcp_servers'] } as const;
const YAML_PLACE = { format: 'yaml', servers: ['mcpServers'] } as const;
const VALUE = { url: 'http://h/mcp' };

describe('JSON with comments', () => {
  const before = `// mine
{
    "theme": "dark", // stays
    "mcpServers": {
        /* another */
        "other": { "command": "npx", "args": ["-y", "x"], },
    },
}
`;
  it('keeps comments, other servers, indentation and trailing commas', () => {
    const after = mergeServer(before, JSON_PLACE, 'echo', VALUE);
    expect(after).toContain('// mine\n{\n    "theme": "dark", // stays\n');
    expect(after).toContain('/* another */\n        "other": { "command": "npx", "args": ["-y", "x"], },');
    expect(after).toContain('        "echo": {\n            "url": "http://h/mcp"\n        }');
    expect(mergeServer(after, JSON_PLACE, 'echo', VALUE)).toBe(after);
  });
  it('replaces a server of the same name', () => {
    const once = mergeServer(before, JSON_PLACE, 'echo', VALUE);
    const twice = mergeServer(once, JSON_PLACE, 'echo', { command: 'x' });
    expect(twice).not.toContain('http://h/mcp');
    expect(twice).toContain('"command": "x"');
  });
  it.each([
    ['{"a": 1}', '{"a": 1,\n  "mcpServers": {\n    "echo": {\n      "url": "http://h/mcp"\n    }\n  }\n}'],
    [
      '{\n  "mcpServers": {} // none\n}\n',
      '{\n  "mcpServers": {\n    "echo": {\n      "url": "http://h/mcp"\n    }\n  } // none\n}\n',
    ],
    [
      '{\n  "mcpServers": {\n    "o": {"a":1} // which\n  }\n}\n',
      '{\n  "mcpServers": {\n    "o": {"a":1}, // which\n    "echo": {\n      "url": "http://h/mcp"\n    }\n  }\n}\n',
    ],
    [
      '{\n  // nothing\n}',
      '{\n  // nothing\n  "mcpServers": {\n    "echo": {\n      "url": "http://h/mcp"\n    }\n  }\n}',
    ],
  ])('adds to %j in its style', (text, after) => {
    expect(mergeServer(text, JSON_PLACE, 'echo', VALUE)).toBe(after);
  });
  it('keeps line ends and the byte order mark of Windows', () => {
    const after = mergeServer('\uFEFF{\r\n\t"a": 1\r\n}\r\n', JSON_PLACE, 'echo', VALUE);
    expect(after).toMatch(/^\uFEFF\{\r\n\t"a": 1,\r\n\t"mcpServers"/);
    expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  });
  it('makes the servers where there are none', () => {
    expect(JSON.parse(mergeServer('', JSON_PLACE, 'echo', VALUE))).toEqual({ mcpServers: { echo: VALUE } });
  });
  it.each([
    ['{"a": }', /it is no JSON: ValueExpected in line 1, column 7/],
    ['[]', /it is no JSON object/],
    ['{"mcpServers": []}', /its mcpServers is no object/],
  ])('leaves %j alone', (text, why) => {
    expect(() => mergeServer(text, JSON_PLACE, 'echo', VALUE)).toThrow(why);
  });
});

describe('TOML', () => {
  const before = `# mine
model = "m" # which

[mcp_servers.other]
args = [
  "-y", # yes
]
[mcp_servers.other.env]
A = "b"

# last
[profiles.fast]
model = "x"
`;
  it('keeps comments, other servers and their order', () => {
    expect(mergeServer(before, TOML_PLACE, 'echo', VALUE)).toBe(
      `${before}\n[mcp_servers.echo]\nurl = "http://h/mcp"\n`,
    );
  });
  it('replaces a server of the same name, without a comma that TOML 1.0 refuses', () => {
    const once = mergeServer(before, TOML_PLACE, 'echo', VALUE);
    const twice = mergeServer(once, TOML_PLACE, 'echo', { command: 'x', args: ['connect'] });
    expect(twice).toContain('# mine\nmodel = "m" # which\n');
    expect(twice).toContain('  "-y", # yes\n');
    expect(twice).toMatch(/\[mcp_servers\.echo\]\ncommand = "x"\nargs = \[ ?"connect" ?\]/);
    expect(twice).not.toContain('http://h/mcp');
    expect(twice).not.toMatch(/,\s*\}/);
  });
  it('leaves a file alone that it cannot read or extend', () => {
    expect(() => mergeServer('a = ', TOML_PLACE, 'echo', VALUE)).toThrow('it is no TOML');
    expect(() => mergeServer('mcp_servers = { o = { url = "x" } }\n', TOML_PLACE, 'echo', VALUE)).toThrow(
      'inline table',
    );
  });
});

describe('YAML', () => {
  const before = `# mine
name: Local
models:
  - name: m # which
mcpServers:
  # another
  - name: other
    command: npx
`;
  it('keeps comments and other servers, and replaces one of the same name', () => {
    const once = mergeServer(before, YAML_PLACE, 'echo', VALUE);
    expect(once).toBe(`${before}  - name: echo\n    url: http://h/mcp\n`);
    expect(mergeServer(once, YAML_PLACE, 'echo', { url: 'http://i' })).toBe(
      `${before}  - name: echo\n    url: http://i\n`,
    );
  });
  it('leaves a file alone whose servers are no list', () => {
    expect(() => mergeServer('mcpServers: 1\n', YAML_PLACE, 'echo', VALUE)).toThrow('its mcpServers is no list');
    expect(() => mergeServer('a: [', YAML_PLACE, 'echo', VALUE)).toThrow('it is no YAML');
  });
});

describe('installing', () => {
  const cursor = clientOf('cursor');

  it('shows the change, copies the file, and writes it in one step', async () => {
    const file = join(folder, 'a', 'mcp.json');
    const first = await planInstall(cursor, file, 'echo', VALUE);
    expect(first.diff).toContain('+    "echo": {');
    await expect(stat(file)).rejects.toThrow('ENOENT');
    expect(await applyInstall(first)).toBeUndefined();
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const second = await planInstall(cursor, file, 'more', VALUE);
    const backup = (await applyInstall(second)) ?? '';
    expect(await readFile(backup, 'utf8')).toBe(first.after);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ mcpServers: { echo: VALUE, more: VALUE } });
    expect(new Set(await readdir(join(folder, 'a')))).toEqual(new Set(['mcp.json', basename(backup)]));
    expect((await planInstall(cursor, file, 'more', VALUE)).diff).toBe('');
  });

  it('keeps a link a link, and the mode of the file', async () => {
    await mkdir(join(folder, 'dotfiles'));
    await writeFile(join(folder, 'dotfiles', 'mcp.json'), '{}\n', { mode: 0o640 });
    const link = join(folder, 'mcp.json');
    await symlink(join(folder, 'dotfiles', 'mcp.json'), link);
    await applyInstall(await planInstall(cursor, link, 'echo', VALUE));
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect((await stat(link)).mode & 0o777).toBe(0o640);
    expect(await readFile(join(folder, 'dotfiles', 'mcp.json'), 'utf8')).toContain('http://h/mcp');
  });

  it('writes nothing over a change that came between, nor over a file that is broken', async () => {
    const file = join(folder, 'raced.json');
    const change = await planInstall(cursor, file, 'echo', VALUE);
    await writeFile(file, '{"a": 1}');
    await expect(applyInstall(change)).rejects.toThrow('has changed meanwhile');
    await writeFile(file, '{"a": ');
    await expect(planInstall(cursor, file, 'echo', VALUE)).rejects.toThrow('stays as it is: it is no JSON');
    expect(await readFile(file, 'utf8')).toBe('{"a": ');
  });

  it('leaves no folders behind when it cannot write', async () => {
    // A name of this length is the longest, and the file that is written first has a longer one.
    const file = join(folder, 'unmade', 'deep', `${'n'.repeat(250)}.json`);
    await expect(applyInstall(await planInstall(cursor, file, 'echo', VALUE))).rejects.toThrow('ENAMETOOLONG');
    expect(await readdir(folder)).not.toContain('unmade');
  });
});
