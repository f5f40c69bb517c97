import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groups } from './cases.js';
import { knownCycles, packages } from './rules.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = path.join(ROOT, 'node_modules', '.bin');
const ENVIRONMENT = { ...process.env, PATH: `${path.dirname(process.execPath)}:${BIN}:${process.env['PATH']}` };
const CONFIG = path.join(ROOT, 'test/boundaries/dependency-cruiser.mjs');
const FOLDERS = ['packages', 'services', 'servers', 'test', 'bench'];

const cases = Object.values(groups).flat();

describe('the boundaries that `npm run check` keeps', () => {
  let folder: string;
  let broken: Map<string, Set<string>>;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mcp-gateway-boundaries-'));
    await makeRepository(folder);
    const found = await Promise.all([oxlint(folder), dependencyCruiser(folder)]);
    broken = new Map();
    for (const [file, rule] of found.flat()) broken.set(file, (broken.get(file) ?? new Set()).add(rule));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe.each(Object.entries(groups))('%s', (_name, group) => {
    it.each(
      group.map((each) => ({ ...each, verdict: each.rule ? 'refuses' : 'accepts', line: each.code.split('\n')[0] })),
    )('$verdict $file: $line', ({ file, rule }) => {
      const rules = [...(broken.get(file) ?? [])];
      expect(rule === undefined ? rules : rules.filter((each) => each === rule)).toEqual(rule ? [rule] : []);
    });
  });
});

describe('the check of imports', () => {
  it('fails for a cycle alone', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'mcp-gateway-cycle-'));
    try {
      for (const name of FOLDERS) await mkdir(path.join(folder, name));
      await write(folder, 'bench/a.mjs', "import { b } from './b.mjs';\nexport const a = () => b;\n");
      expect(await checkImports(folder)).toBe(0);
      await write(folder, 'bench/b.mjs', "import { a } from './a.mjs';\nexport const b = () => a;\n");
      expect(await checkImports(folder)).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('allows the libraries what CONTRIBUTING.md says, and no cycle', () => {
    const own = ['common', 'platform'];
    expect(packages).toMatchObject({
      'packages/common': [],
      'packages/platform': ['common'],
      'packages/identity': own,
      'packages/protocol': ['common'],
      'packages/database': own,
      'packages/runtime': own,
      'packages/routing': own,
      'packages/sessions': own,
    });
    expect(knownCycles).toEqual([]);
  });
});

/** The exit code of the step of `npm run check`. */
const checkImports = (cwd: string): Promise<number> =>
  new Promise((resolve) => {
    const args = ['--config', CONFIG, '--output-type', 'err-long', ...FOLDERS];
    execFile(path.join(BIN, 'depcruise'), args, { cwd, env: ENVIRONMENT }, (error) =>
      resolve(Number(error?.code ?? 0)),
    );
  });

/** Writes each file of the cases, the files that they import, and stubs of the installed packages. */
async function makeRepository(folder: string): Promise<void> {
  await copyFile(path.join(ROOT, '.oxlintrc.json'), path.join(folder, '.oxlintrc.json'));
  for (const name of FOLDERS) await mkdir(path.join(folder, name));
  for (const name of ['common', 'database', 'local', 'platform', 'protocol', 'runtime']) {
    await installPackage(folder, name);
  }
  for (const name of ['pg', '@kubernetes/client-node', 'zod']) {
    await write(folder, `node_modules/${name}/index.js`, 'exports.thing = 1;\n');
  }
  for (const { file, code } of cases) {
    const [, relative] = /'(\.[^']+)\.js'/.exec(code) ?? [];
    if (relative) await write(folder, `${path.join(path.dirname(file), relative)}.ts`, 'export const thing = 1;\n');
  }
  for (const { file, code } of cases) await write(folder, file, code);
}

async function installPackage(folder: string, name: string): Promise<void> {
  const manifest = await readFile(path.join(ROOT, 'packages', name, 'package.json'), 'utf8');
  await write(folder, `packages/${name}/package.json`, manifest);
  const { exports } = JSON.parse(manifest) as { exports: Record<string, { 'mcp-gateway-source': string }> };
  for (const { 'mcp-gateway-source': source } of Object.values(exports)) {
    for (const part of ['errors', 'config', 'postgres', 'redis']) {
      await write(folder, path.join('packages', name, source.replace('*', part)), 'export const thing = 1;\n');
    }
  }
  await mkdir(path.join(folder, 'node_modules/@mcp-gateway'), { recursive: true });
  await symlink(path.join(folder, 'packages', name), path.join(folder, 'node_modules/@mcp-gateway', name));
}

async function write(folder: string, file: string, text: string): Promise<void> {
  await mkdir(path.join(folder, path.dirname(file)), { recursive: true });
  await writeFile(path.join(folder, file), text);
}

/** Pairs of a file and a rule that it breaks. */
async function oxlint(cwd: string): Promise<[string, string][]> {
  const { diagnostics } = (await json(cwd, 'oxlint', '--format=json')) as {
    diagnostics: { code: string; filename: string }[];
  };
  return diagnostics.map(({ filename, code }) => [filename, code]);
}

/** Pairs of a file and a rule that it breaks. A cycle breaks the rule in each of its files. */
async function dependencyCruiser(cwd: string): Promise<[string, string][]> {
  const { summary } = (await json(cwd, 'depcruise', '--config', CONFIG, '--output-type=json', ...FOLDERS)) as {
    summary: { violations: { from: string; rule: { name: string }; cycle?: { name: string }[] }[] };
  };
  return summary.violations.flatMap(({ from, rule, cycle = [] }) =>
    [from, ...cycle.map(({ name }) => name)].map((file): [string, string] => [file, rule.name]),
  );
}

/** The JSON that a command prints; the command exits with an error code when it finds a violation. */
async function json(cwd: string, name: string, ...args: string[]): Promise<unknown> {
  const output = await new Promise<string>((resolve) => {
    execFile(path.join(BIN, name), args, { cwd, env: ENVIRONMENT, maxBuffer: 32 * 1024 * 1024 }, (_error, stdout) =>
      resolve(stdout),
    );
  });
  return JSON.parse(output);
}
