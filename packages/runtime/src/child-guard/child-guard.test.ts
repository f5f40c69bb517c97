import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { groupMembers, runModule } from '../../test/processes.js';
import { temporaryFolder } from '../../test/supervisor.js';
import { eventually } from '../../test/wait.js';
import { spawnGuarded, type GuardedChild, type ChildGuardOptions, isShellVariable } from './index.js';

const PATH = '/usr/bin:/bin';
const held: GuardedChild[] = [];
afterEach(async () => {
  await Promise.all(held.splice(0).map((each) => each.kill()));
});

async function hold(options: Partial<ChildGuardOptions>): Promise<GuardedChild> {
  const guarded = await spawnGuarded({ command: '/bin/sh', args: [], env: { PATH }, ...options });
  held.push(guarded);
  return guarded;
}
const shell = (script: string, options: Partial<ChildGuardOptions> = {}) => hold({ args: ['-c', script], ...options });
/** Waits for the first output of the script, which it prints after it has set its traps. */
async function running(script: string, options: Partial<ChildGuardOptions> = {}): Promise<GuardedChild> {
  const guarded = await shell(script, options);
  await once(guarded.stdout, 'data');
  return guarded;
}
/** Ignores every signal, and so do its children. */
const STUBBORN = `trap '' TERM INT HUP; (sleep 1000 & sleep 1000) & echo ready; while :; do sleep 1000; done`;

describe('a guarded process', () => {
  it.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['exit 255', 255],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
    ['kill -ABRT $$', 134],
    ['/no/such/command', 127],
  ])('that does %j exits with %i', async (script, code) => {
    expect(await (await shell(script)).exited).toBe(code);
  });

  it('exits with 127 and a message when the command does not exist, with 126 when it is not executable', async () => {
    const missing = await hold({ command: '/no/such/command' });
    const output = text(missing.stderr);
    expect(await missing.exited).toBe(127);
    expect(await output).toContain('/no/such/command');
    expect(await (await hold({ command: '/etc/passwd' })).exited).toBe(126);
  });

  it('rejects when the shell itself cannot start', async () => {
    await expect(hold({ cwd: '/no/such/folder' })).rejects.toThrow('ENOENT');
  });

  it('gets its arguments, environment and working directory unchanged, and an empty standard input', async () => {
    const guarded = await hold({
      command: process.execPath,
      args: [
        '-p',
        'JSON.stringify([process.argv.slice(1), process.env, process.cwd()])',
        '--',
        'a b',
        '',
        '$HOME',
        `'"`,
      ],
      env: { PATH, GREETING: 'Grüße, "du"' },
      cwd: '/usr',
    });
    const [args, env, cwd] = JSON.parse(await text(guarded.stdout)) as [string[], Record<string, string>, string];
    expect(args).toEqual(['a b', '', '$HOME', `'"`]);
    // Some shells add these two in any case.
    const { SHLVL: _level, _: _last, ...rest } = env;
    expect(rest).toEqual({ PATH, GREETING: 'Grüße, "du"', MCP_GATEWAY_CHILD_GUARD: expect.any(String) });
    expect(cwd).toBe('/usr');
    expect(await text((await shell('cat; echo end')).stdout)).toBe('end\n');
  });

  it('gets variables with the names that the guard uses itself, and neither changes the other', async () => {
    const own = { signal: 'hup', grace: 'period', child: '1', ending: '1', released: '1', watcher: '1', status: '9' };
    const script = `
      process.on('SIGTERM', () => process.exit(3));
      setInterval(() => {}, 1_000);
      console.log(JSON.stringify(process.env))`;
    const env = { PATH: '/no/such/folder', ...own };
    const guarded = await hold({ command: process.execPath, args: ['-e', script], env });
    const [output] = (await once(guarded.stdout, 'data')) as [Buffer];
    const { SHLVL: _level, _: _last, ...rest } = JSON.parse(output.toString()) as Record<string, string>;
    expect(rest).toEqual({ ...env, MCP_GATEWAY_CHILD_GUARD: expect.any(String) });
    expect(await guarded.stop()).toBe(3);
  });

  it('gets its grace period even when its own PATH has no programs', async () => {
    const script = `process.on('SIGTERM', () => setTimeout(() => process.exit(3), 200)); setInterval(() => {}, 1_000); console.log('ready')`;
    const guarded = await hold({ command: process.execPath, args: ['-e', script], env: { PATH: '/no/such/folder' } });
    await once(guarded.stdout, 'data');
    expect(await guarded.stop()).toBe(3);
  });

  it('leaves no process behind when it ends by itself', async () => {
    const guarded = await shell('(sleep 1000 & sleep 1000) & sleep 1000 & exit 0');
    expect(await guarded.exited).toBe(0);
    await eventually(() => expect(groupMembers(guarded.pid)).toEqual([]));
  });

  it.each(['TERM', 'INT'] as const)('stops on the configured signal: %s', async (signal) => {
    // Not a shell script: a shell in the background cannot trap INT.
    const script = `process.on('SIG${signal}', () => process.exit(5)); setInterval(() => {}, 1_000); console.log('ready')`;
    const guarded = await hold({ command: process.execPath, args: ['-e', script], signal });
    await once(guarded.stdout, 'data');
    expect(await guarded.stop()).toBe(5);
    await eventually(() => expect(groupMembers(guarded.pid)).toEqual([]));
  });

  it('gets the signal once, however often stop is called', async () => {
    const script = `
      let signals = 0;
      process.on('SIGTERM', () => {
        if (++signals === 1) setTimeout(() => process.exit(signals), 200);
        console.log('signal');
      });
      setInterval(() => {}, 1_000);
      console.log('ready')`;
    const guarded = await hold({ command: process.execPath, args: ['-e', script] });
    await once(guarded.stdout, 'data');
    const stopped = guarded.stop();
    await once(guarded.stdout, 'data');
    void guarded.stop();
    expect(await stopped).toBe(1);
  });

  it('is killed with its children when it ignores the signal', async () => {
    const guarded = await running(STUBBORN, { graceSeconds: 0.2 });
    expect(groupMembers(guarded.pid).length).toBeGreaterThan(3);
    const began = performance.now();
    expect(await guarded.stop()).toBe(137);
    expect(performance.now() - began).toBeGreaterThan(150);
    await eventually(() => expect(groupMembers(guarded.pid)).toEqual([]));
  });

  it('gets its whole grace period', async () => {
    const guarded = await running(`trap 'sleep 0.4; exit 6' TERM; echo ready; while :; do sleep 0.01; done`, {
      graceSeconds: 5,
    });
    const stopped = guarded.stop();
    void guarded.stop(); // a second call does not shorten the grace period
    expect(await stopped).toBe(6);
  });

  it('is killed at once by kill', async () => {
    const guarded = await running(STUBBORN, { graceSeconds: 100 });
    expect(await guarded.kill()).toBe(137);
    await eventually(() => expect(groupMembers(guarded.pid)).toEqual([]));
  });

  it('accepts stop and kill after it has ended', async () => {
    const guarded = await shell('exit 4');
    await guarded.exited;
    expect(await guarded.stop()).toBe(4);
    expect(await guarded.kill()).toBe(4);
  });
});

describe('when the owner of a child guard is gone', () => {
  const CHILD_GUARD = new URL('index.ts', import.meta.url).href;
  /** An owner process that guards the script, and the process group of the script. */
  async function holder(script: string, graceSeconds: number, after = '') {
    const { child, line } = await runModule(`
      import { once } from 'node:events';
      import { spawnGuarded } from ${JSON.stringify(CHILD_GUARD)};
      const options = { command: '/bin/sh', args: ['-c', ${JSON.stringify(script)}], env: { PATH: ${JSON.stringify(PATH)} } };
      const { pid, stdout } = await spawnGuarded({ ...options, graceSeconds: ${graceSeconds} });
      await once(stdout, 'data');
      console.log(String(pid));
      ${after}
      setInterval(() => {}, 1_000);
    `);
    const group = Number(line);
    return { child, group };
  }

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'an owner that ends by %s takes the whole group with it',
    async (signal) => {
      const { child, group } = await holder(STUBBORN, 0.2);
      expect(groupMembers(group).length).toBeGreaterThan(3);
      child.kill(signal);
      await eventually(() => expect(groupMembers(group)).toEqual([]));
    },
  );

  it('an owner that exits takes the whole group with it', async () => {
    const { child, group } = await holder(STUBBORN, 0.2, `process.stdin.once('data', () => process.exit(0));`);
    child.stdin?.write('go');
    await eventually(() => expect(groupMembers(group)).toEqual([]));
  });

  it('the process may still end in order', async () => {
    const { path, remove } = await temporaryFolder();
    const note = join(path, 'note');
    const script = `trap 'sleep 0.3; echo "saved" >${note}; exit 0' TERM; echo ready; while :; do sleep 0.01; done`;
    const { child, group } = await holder(script, 20);
    child.kill('SIGKILL');
    await eventually(() => expect(groupMembers(group)).toEqual([]), 10_000);
    expect(await readFile(note, 'utf8')).toBe('saved\n');
    await remove();
  });

  it('children that the process left running end as well', async () => {
    const { child, group } = await holder(`(trap '' TERM; sleep 1000) & trap 'exit 0' TERM; echo ready; wait`, 20);
    child.kill('SIGKILL');
    await eventually(() => expect(groupMembers(group)).toEqual([]), 10_000);
  });
});

it.each(['IFS', 'OPTIND', 'PPID', 'PWD', 'OLDPWD', 'SHLVL', '_', 'SHELLOPTS', 'BASHOPTS', 'BASH_VERSION', 'PS4'])(
  '%s is a variable of the shell',
  (name) => expect(isShellVariable(name)).toBe(true),
);

/** Names that shells know and leave alone. */
const OTHERS = 'ENV BASH_ENV UID EUID GROUPS HOME TERM CDPATH MAIL HISTFILE SECONDS HOSTNAME TMPDIR PS3 ifs _x';
it('every other variable reaches a guarded process unchanged', async () => {
  const env = { PATH, ...Object.fromEntries(OTHERS.split(' ').map((name) => [name, 'abc $x "y" \n z'])) };
  expect(Object.keys(env).filter(isShellVariable)).toEqual([]);
  const args = ['-p', 'JSON.stringify(process.env)'];
  const { stdout } = await spawnGuarded({ command: process.execPath, args, env });
  expect(JSON.parse(await text(stdout))).toMatchObject(env);
});
