import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { groupMembers, runModule } from '../../test/processes.js';
import { temporaryFolder } from '../../test/supervisor.js';
import { eventually } from '../../test/wait.js';
import { leash, type Leashed, type LeashOptions } from './index.js';

const PATH = '/usr/bin:/bin';
const held: Leashed[] = [];
afterEach(async () => {
  await Promise.all(held.splice(0).map((each) => each.kill()));
});

async function hold(options: Partial<LeashOptions>): Promise<Leashed> {
  const leashed = await leash({ command: '/bin/sh', args: [], env: { PATH }, ...options });
  held.push(leashed);
  return leashed;
}
const shell = (script: string, options: Partial<LeashOptions> = {}) => hold({ args: ['-c', script], ...options });
/** Waits until the script has printed something, which tells that its traps are set. */
async function running(script: string, options: Partial<LeashOptions> = {}): Promise<Leashed> {
  const leashed = await shell(script, options);
  await once(leashed.stdout, 'data');
  return leashed;
}
/** Heeds no signal, and has children that do not either. */
const STUBBORN = `trap '' TERM INT HUP; (sleep 1000 & sleep 1000) & echo ready; while :; do sleep 1000; done`;

describe('a leashed process', () => {
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

  it('that does not exist exits with 127 and says so, one that may not be run with 126', async () => {
    const missing = await hold({ command: '/no/such/command' });
    const said = text(missing.stderr);
    expect(await missing.exited).toBe(127);
    expect(await said).toContain('/no/such/command');
    expect(await (await hold({ command: '/etc/passwd' })).exited).toBe(126);
  });

  it('is told apart from a shell that cannot be started', async () => {
    await expect(hold({ cwd: '/no/such/folder' })).rejects.toThrow('ENOENT');
  });

  it('gets its arguments, its environment and its folder as they are, and no input', async () => {
    const leashed = await hold({
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
    const [args, env, cwd] = JSON.parse(await text(leashed.stdout)) as [string[], Record<string, string>, string];
    expect(args).toEqual(['a b', '', '$HOME', `'"`]);
    // Some shells cannot be kept from adding these two.
    const { SHLVL: _level, _: _last, ...rest } = env;
    expect(rest).toEqual({ PATH, GREETING: 'Grüße, "du"', MCP_GATEWAY_LEASH: expect.any(String) });
    expect(cwd).toBe('/usr');
    expect(await text((await shell('cat; echo end')).stdout)).toBe('end\n');
  });

  it('has variables that the leash uses for itself, and neither changes the other', async () => {
    const own = { signal: 'hup', grace: 'period', child: '1', ending: '1', released: '1', watcher: '1', status: '9' };
    const script = `
      process.on('SIGTERM', () => process.exit(3));
      setInterval(() => {}, 1_000);
      console.log(JSON.stringify(process.env))`;
    const env = { PATH: '/no/such/folder', ...own };
    const leashed = await hold({ command: process.execPath, args: ['-e', script], env });
    const [said] = (await once(leashed.stdout, 'data')) as [Buffer];
    const { SHLVL: _level, _: _last, ...rest } = JSON.parse(said.toString()) as Record<string, string>;
    expect(rest).toEqual({ ...env, MCP_GATEWAY_LEASH: expect.any(String) });
    expect(await leashed.stop()).toBe(3);
  });

  it('has its time to end also where its own PATH has no programs', async () => {
    const script = `process.on('SIGTERM', () => setTimeout(() => process.exit(3), 200)); setInterval(() => {}, 1_000); console.log('ready')`;
    const leashed = await hold({ command: process.execPath, args: ['-e', script], env: { PATH: '/no/such/folder' } });
    await once(leashed.stdout, 'data');
    expect(await leashed.stop()).toBe(3);
  });

  it('leaves nothing behind when it ends by itself', async () => {
    const leashed = await shell('(sleep 1000 & sleep 1000) & sleep 1000 & exit 0');
    expect(await leashed.exited).toBe(0);
    await eventually(() => expect(groupMembers(leashed.pid)).toEqual([]));
  });

  it.each(['TERM', 'INT'] as const)('is stopped by the signal that it wants: %s', async (signal) => {
    // Not by a shell: one that is started in the background cannot trap INT.
    const script = `process.on('SIG${signal}', () => process.exit(5)); setInterval(() => {}, 1_000); console.log('ready')`;
    const leashed = await hold({ command: process.execPath, args: ['-e', script], signal });
    await once(leashed.stdout, 'data');
    expect(await leashed.stop()).toBe(5);
    await eventually(() => expect(groupMembers(leashed.pid)).toEqual([]));
  });

  it('is asked once to end, however often that is wished', async () => {
    const script = `
      let asked = 0;
      process.on('SIGTERM', () => {
        if (++asked === 1) setTimeout(() => process.exit(asked), 200);
        console.log('asked');
      });
      setInterval(() => {}, 1_000);
      console.log('ready')`;
    const leashed = await hold({ command: process.execPath, args: ['-e', script] });
    await once(leashed.stdout, 'data');
    const stopped = leashed.stop();
    await once(leashed.stdout, 'data');
    void leashed.stop();
    expect(await stopped).toBe(1);
  });

  it('is killed with all it started when it does not heed the signal in time', async () => {
    const leashed = await running(STUBBORN, { graceSeconds: 0.2 });
    expect(groupMembers(leashed.pid).length).toBeGreaterThan(3);
    const began = performance.now();
    expect(await leashed.stop()).toBe(137);
    expect(performance.now() - began).toBeGreaterThan(150);
    await eventually(() => expect(groupMembers(leashed.pid)).toEqual([]));
  });

  it('has all of the time that it was given', async () => {
    const leashed = await running(`trap 'sleep 0.4; exit 6' TERM; echo ready; while :; do sleep 0.01; done`, {
      graceSeconds: 5,
    });
    const stopped = leashed.stop();
    void leashed.stop(); // asking again does not hurry it
    expect(await stopped).toBe(6);
  });

  it('is killed at once on request', async () => {
    const leashed = await running(STUBBORN, { graceSeconds: 100 });
    expect(await leashed.kill()).toBe(137);
    await eventually(() => expect(groupMembers(leashed.pid)).toEqual([]));
  });

  it('may be stopped and killed when it has ended already', async () => {
    const leashed = await shell('exit 4');
    await leashed.exited;
    expect(await leashed.stop()).toBe(4);
    expect(await leashed.kill()).toBe(4);
  });
});

describe('when the holder of a leash is gone', () => {
  const LEASH = new URL('index.ts', import.meta.url).href;
  /** A process that holds the script, and the process group of that. */
  async function holder(script: string, graceSeconds: number, after = '') {
    const { child, line } = await runModule(`
      import { once } from 'node:events';
      import { leash } from ${JSON.stringify(LEASH)};
      const options = { command: '/bin/sh', args: ['-c', ${JSON.stringify(script)}], env: { PATH: ${JSON.stringify(PATH)} } };
      const { pid, stdout } = await leash({ ...options, graceSeconds: ${graceSeconds} });
      await once(stdout, 'data');
      console.log(String(pid));
      ${after}
      setInterval(() => {}, 1_000);
    `);
    const group = Number(line);
    return { child, group };
  }

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('by %s, the whole group is gone', async (signal) => {
    const { child, group } = await holder(STUBBORN, 0.2);
    expect(groupMembers(group).length).toBeGreaterThan(3);
    child.kill(signal);
    await eventually(() => expect(groupMembers(group)).toEqual([]));
  });

  it('because it exits, the whole group is gone', async () => {
    const { child, group } = await holder(STUBBORN, 0.2, `process.stdin.once('data', () => process.exit(0));`);
    child.stdin?.write('go');
    await eventually(() => expect(groupMembers(group)).toEqual([]));
  });

  it('the process may end in order', async () => {
    const { path, remove } = await temporaryFolder();
    const note = join(path, 'note');
    const script = `trap 'sleep 0.3; echo "saved" >${note}; exit 0' TERM; echo ready; while :; do sleep 0.01; done`;
    const { child, group } = await holder(script, 20);
    child.kill('SIGKILL');
    await eventually(() => expect(groupMembers(group)).toEqual([]), 10_000);
    expect(await readFile(note, 'utf8')).toBe('saved\n');
    await remove();
  });

  it('what the process left running is gone as well', async () => {
    const { child, group } = await holder(`(trap '' TERM; sleep 1000) & trap 'exit 0' TERM; echo ready; wait`, 20);
    child.kill('SIGKILL');
    await eventually(() => expect(groupMembers(group)).toEqual([]), 10_000);
  });
});
