import { linkSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { chmod, copyFile, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '../support/wait.js';
import { Clone } from './clone.js';

const INSTALL = 'npx -y --prefer-offline --loglevel=http pnpm@1.2.3 install --frozen-lockfile';
const TSC = 'tsc -b packages/app';

describe('the set-up', () => {
  let clone: Clone;

  beforeEach(async () => {
    clone = await Clone.create();
  });

  afterEach(() => clone.remove());

  it('installs, generates and compiles in a clean clone, and nothing the second time', async () => {
    expect(await clone.run(['build'])).toMatchObject({ code: 0, stdout: '' });
    expect(await clone.calls()).toEqual([INSTALL, 'generate', TSC]);
    expect(await clone.run(['build'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await clone.calls()).toEqual([]);
  });

  it('hides the settings of an outer npm command from pnpm, but passes on the registry and proxy settings', async () => {
    await clone.run(['build'], {
      env: {
        npm_config_omit: 'dev',
        npm_config_global: 'true',
        npm_config_ignore_scripts: 'true',
        npm_config_package: 'other',
        npm_config_workspace: 'app',
        npm_config_registry: 'http://127.0.0.1:1/',
        npm_config_https_proxy: 'http://127.0.0.1:2/',
        'npm_config_@mine:registry': 'http://127.0.0.1:3/',
        NODE_ENV: 'production',
        NODE_PATH: `${clone.at('node_modules/.pnpm/node_modules')}:/opt/modules`,
      },
    });
    const env = clone.read('npx.env');
    for (const name of ['omit', 'global', 'ignore_scripts', 'package', 'workspace']) {
      expect(env).not.toContain(`npm_config_${name}=`);
    }
    expect(env).not.toContain('NODE_ENV=');
    expect(env).toContain('NODE_PATH=/opt/modules\n');
    expect(env).toContain('CI=true\n');
    expect(env).toContain('npm_config_registry=http://127.0.0.1:1/\n');
    expect(env).toContain('npm_config_https_proxy=http://127.0.0.1:2/\n');
  });

  it('installs for a user whose home folder is not writable', async () => {
    const home = clone.at('package.json');
    const npm = { npm_config_cache: `${home}/.npm`, npm_config_userconfig: `${home}/.npmrc` }; // npm exports them so
    expect(await clone.run(['build'], { env: { HOME: home, ...npm } })).toMatchObject({ code: 0 });
    const env = clone.read('npx.env').split('\n');
    expect(env).toContain(`HOME=${clone.at('node_modules/.cache/home')}`);
    expect(env).toContain(`npm_config_cache=${clone.at('node_modules/.cache/home/.npm')}`);
    expect(env).toContain(`npm_config_userconfig=${home}/.npmrc`);
  });

  it.each([
    ['ENOTFOUND registry', 'The package registry (https://registry.npmjs.org/) did not answer'],
    ['ERR_PNPM_OUTDATED_LOCKFILE', 'npx -y pnpm@1.2.3 install'],
    ['ENOSPC: no space left', 'disk is full'],
    ['something else', 'run the same command again'],
  ])('shows the output of a failing install (%s) and what to do', async (output, advice) => {
    await clone.write({ 'npx.fails': `${output}\n` });
    const { code, stdout, stderr } = await clone.run(['build']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Installing dependencies (first time, about half a minute) … failed');
    expect(stderr).toContain(output);
    expect(stderr).toContain(advice);
    expect(stderr).not.toMatch(/^ +at /m);

    await rm(clone.at('npx.fails'));
    expect(await clone.run(['build'])).toMatchObject({ code: 0 });
  });

  it.each([
    ['npm', 'npm http fetch GET http://h/pnpm attempt 1 failed with ECONNREFUSED'],
    ['pnpm', ' WARN  GET http://h/one error (ECONNREFUSED). Will retry in 10 seconds. 2 retries left.'],
  ])('reports while the install waits for %s to retry the registry, and how to help', async (_name, line) => {
    await clone.write({ 'npx.says': `${line}\n`, 'npx.waits': '' });
    const env = { npm_config_registry: 'http://alice:hunter2@127.0.0.1:1/npm/' };
    const { child, ended } = clone.setup(['build'], { env });
    let output = '';
    child.stderr?.on('data', (text: string) => (output += text));
    const sentence = 'The package registry (http://127.0.0.1:1/npm/) does not answer: ECONNREFUSED.';
    await waitFor('the remark on the registry', () => output.includes(sentence));
    await rm(clone.at('npx.waits'));
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Installing .* … \n.*HTTPS_PROXY.*npm config set registry.*\nInstalling .* … [\d.]+ s\n/);
    expect(stderr).not.toContain('hunter2');
  });

  it('shows the output of tsc, and compiles again after the correction', async () => {
    await clone.write({ 'packages/app/src/index.ts': 'broken' });
    const { code, stderr } = await clone.run(['start']);
    expect(code).toBe(1);
    expect(stderr).toContain('packages/app/src/index.ts(1,1): error TS0000');
    await clone.write({ 'packages/app/src/index.ts': 'export const one = 1;\n' });
    await clone.calls();
    expect(await clone.run(['build'])).toMatchObject({ code: 0 });
    expect(await clone.calls()).toEqual(['generate', TSC]);
  });

  it('lets one set-up run and another wait', async () => {
    await clone.write({ 'npx.waits': '' });
    const first = clone.setup(['build']);
    await waitFor('the install', () => clone.hasCalled('npx'));
    const second = clone.setup(['build']);
    let output = '';
    second.child.stderr?.on('data', (text: string) => (output += text));
    await waitFor('the remark on the other set-up', () =>
      output.includes(`Another set-up (process ${first.child.pid})`),
    );
    await rm(clone.at('npx.waits'));
    expect([(await first.ended).code, (await second.ended).code]).toEqual([0, 0]);
    expect(await clone.calls()).toEqual([INSTALL, 'generate', TSC]);
  });

  it('waits for the install of a set-up that was killed, then takes over', async () => {
    await clone.write({ 'npx.waits': '' });
    const first = clone.setup(['build']);
    await waitFor('the install', () => clone.hasCalled('npx'));
    first.child.kill('SIGKILL');
    await first.ended.catch(() => {});
    const second = clone.setup(['build']);
    let output = '';
    second.child.stderr?.on('data', (text: string) => (output += text));
    await waitFor('the remark on the other set-up', () => output.includes('waiting for it'));
    await rm(clone.at('npx.waits'));
    expect(await second.ended).toMatchObject({ code: 0 });
    expect(await clone.calls()).toEqual([INSTALL, INSTALL, 'generate', TSC]);
  });

  it('takes over the lock of a set-up that has ended, even when its pid is used again', async () => {
    await clone.write({
      'node_modules/.setup/lock': JSON.stringify([{ pid: process.pid, started: 'another time' }]),
    });
    expect(await clone.run(['build'])).toMatchObject({ code: 0, stderr: expect.not.stringContaining('waiting') });
  });

  it('ends the install on a signal, and releases the lock', async () => {
    await clone.write({ 'npx.waits': '' });
    const first = clone.setup(['start']);
    await waitFor('the install', () => clone.hasCalled('npx'));
    first.child.kill('SIGTERM');
    expect(await first.ended).toMatchObject({ code: 143 });
    await rm(clone.at('npx.waits'));
    expect(await clone.run(['build'])).toMatchObject({ code: 0 });
  });
});

describe('the set-up of a clone that is built', () => {
  let clone: Clone;

  beforeEach(async () => {
    clone = await Clone.built();
  });

  afterEach(() => clone.remove());

  it.each(['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'packages/app/package.json'])(
    'installs again when %s has changed',
    async (file) => {
      clone.append(file, '\n');
      await clone.run(['build']);
      expect(await clone.calls()).toEqual([INSTALL, 'generate', TSC]);
    },
  );

  it('installs again when the dependencies of one package were deleted', async () => {
    await rm(clone.at('packages/app/node_modules'), { recursive: true });
    await clone.run(['build']);
    expect((await clone.calls())[0]).toBe(INSTALL);
  });

  it('compiles a change whose time is older than the last build', async () => {
    await clone.write({ 'packages/app/src/index.ts': 'export const one = 2;\n' });
    utimesSync(clone.at('packages/app/src/index.ts'), 1000, 1000);
    await clone.run(['build']);
    expect(await clone.calls()).toEqual(['generate', TSC]);
  });

  it('compiles again when a source was added, removed or moved', async () => {
    renameSync(clone.at('packages/app/src/index.test.ts'), clone.at('packages/app/src/index.d.ts'));
    await clone.run(['build']);
    expect(await clone.calls()).toEqual(['generate', TSC]);
    rmSync(clone.at('packages/app/src/index.d.ts'));
    await clone.run(['build']);
    expect(await clone.calls()).toEqual(['generate', TSC]);
  });

  it('compiles from scratch when an output is missing', async () => {
    rmSync(clone.at('packages/app/dist/index.js'));
    await clone.run(['build']);
    expect(await clone.calls()).toEqual(['generate', 'tsc -b packages/app, from scratch']);
  });

  it('does not compile when only a test has changed', async () => {
    clone.append('packages/app/src/index.test.ts', '// changed\n');
    await clone.run(['build']);
    expect(await clone.calls()).toEqual([]);
  });

  it.each([
    ['install', 'package.json', 'npx.fails', INSTALL],
    ['compilation', 'packages/app/src/index.ts', 'tsc.fails', TSC],
  ])(
    'does not trust the result of a failed %s, even when its cause was reverted',
    async (_name, file, failure, call) => {
      const before = clone.read(file);
      clone.append(file, '\n');
      await clone.write({ [failure]: '' });
      expect(await clone.run(['build'])).toMatchObject({ code: 1 });
      await clone.write({ [file]: before });
      await rm(clone.at(failure));
      await clone.calls();
      expect(await clone.run(['build'])).toMatchObject({ code: 0 });
      expect(await clone.calls()).toContain(call);
    },
  );

  it('runs an up-to-date clone for a user without write permission, and reports when it is out of date', async () => {
    const node = clone.at('programs/own-node');
    try {
      linkSync(process.execPath, node);
    } catch {
      await copyFile(process.execPath, node); // another file system
    }
    await chmod(clone.at('node_modules/.setup'), 0o555);
    const stranger = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    const run = (target: string) =>
      clone.start(node, [clone.at('packages/local/setup.mjs'), target], { ...stranger }).ended;

    expect(await run('build')).toEqual({ code: 0, stdout: '', stderr: '' });
    clone.append('packages/app/src/index.ts', '// changed\n');
    const { code, stderr } = await run('build');
    expect(code).toBe(1);
    expect(stderr).toContain('Its owner has to run `npm run build` first.');
    await chmod(clone.at('node_modules/.setup'), 0o755);
  });
});
