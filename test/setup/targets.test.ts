import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Clone } from './clone.js';

describe('the targets', () => {
  let clone: Clone;

  beforeEach(async () => {
    clone = await Clone.built();
  });

  afterEach(() => clone.remove());

  it('lists them when the name is unknown', async () => {
    const { code, stderr } = await clone.run(['strat']);
    expect(code).toBe(1);
    expect(stderr).toContain('start|test|check|build');
  });

  describe('test', () => {
    it('runs jest for ES modules with the arguments, keeps its exit code, and lists the skipped suites', async () => {
      const { code, stdout, stderr } = await clone.run(['test', '--json', 'a b']);
      expect(code).toBe(7);
      expect(JSON.parse(stdout)).toEqual({
        args: ['--json', 'a b'],
        flags: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      });
      expect(stderr).toMatch(/^\nSkipped: .*the start-up benchmark .*\(network\), .*; run \.ci\/run\n$/);
    });

    it('hides packages from each other, which NODE_PATH would show', async () => {
      const { stdout } = await clone.run(['test'], {
        env: { NODE_PATH: `${clone.at('node_modules/.pnpm/node_modules')}:/opt/modules` },
      });
      expect(JSON.parse(stdout)).toMatchObject({ path: '/opt/modules' });
    });
  });

  it('runs a suite that `npm test` leaves out, with the arguments', async () => {
    const { code, stdout } = await clone.run(['test:conformance', 'client']);
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      args: ['client', '--testMatch', '**/test/{conformance,differential}/*.suite.ts'],
    });
  });

  it('runs the tests on a cluster with their own configuration', async () => {
    const { code, stdout } = await clone.run(['test:cluster', 'a b']);
    expect(code).toBe(7);
    expect(JSON.parse(stdout).args).toEqual(['--config', 'test/cluster/jest.config.js', 'a b']);
  });

  describe('check', () => {
    const STEPS = [
      'tsc -p tsconfig.test.json',
      'oxlint --deny-warnings',
      'depcruise --config test/boundaries/dependency-cruiser.mjs --output-type err-long packages services servers test bench',
      'prettier --check --log-level=warn .',
      'knip ',
      'openapi --check',
      'redocly lint --config openapi/redocly.yaml',
    ];

    it('runs every step', async () => {
      const { code, stdout } = await clone.run(['check']);
      expect(code).toBe(0);
      expect(await clone.calls()).toEqual(STEPS);
      expect(stdout).toContain('8 of 8 passed');
    });

    it('runs the other steps when one fails, and names the failed step', async () => {
      await clone.write({ 'oxlint.fails': '', 'knip.fails': '' });
      const { code, stdout } = await clone.run(['check']);
      expect(code).toBe(1);
      expect(await clone.calls()).toEqual(STEPS);
      expect(stdout).toContain('6 of 8 passed; failed: oxlint, knip');
    });

    it('continues when the sources do not compile', async () => {
      await clone.write({ 'packages/app/src/index.ts': 'broken' });
      const { code, stdout, stderr } = await clone.run(['check']);
      expect(code).toBe(1);
      expect(await clone.calls()).toEqual(['generate', 'tsc -b packages/app', ...STEPS]);
      expect(stdout).toContain('7 of 8 passed; failed: tsc -b');
      expect(stderr).toContain('error TS0000');
    });
  });
});

describe('the machine', () => {
  let clone: Clone;

  beforeEach(async () => {
    clone = await Clone.create();
  });

  afterEach(() => clone.remove());

  it.each([
    ['an old Node', 'versions', "{ node: '18.20.4' }", 'Node.js 18.20.4 is too old'],
    ['Windows', 'platform', "'win32'", 'On Windows use WSL'],
    ['another system', 'platform', "'freebsd'", 'this is freebsd'],
    ['another processor', 'arch', "'riscv64'", 'riscv64'],
  ])('refuses %s with a reason, before anything is installed', async (_name, property, value, words) => {
    const preload = `Object.defineProperty(process, '${property}', { value: ${value} })`;
    await clone.write({ 'preload.mjs': preload });
    const NODE_OPTIONS = `--import ${new URL('preload.mjs', `file://${clone.folder}/`).href}`;
    const { code, stderr } = await clone.run(['start'], { env: { NODE_OPTIONS } });
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(await clone.calls()).toEqual([]);
  });
});
