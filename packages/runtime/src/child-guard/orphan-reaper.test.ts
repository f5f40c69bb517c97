import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { groupMembers, runModule, stillLiving } from '../../test/processes.js';
import { eventually } from '../../test/wait.js';
import { spawnGuarded, type GuardedChild, type ChildGuardOptions } from './index.js';

const PATH = '/usr/bin:/bin';
/** Names that the guard uses itself, and a value that makes an environment hard to search. */
const env = { PATH, mark: '1', released: '1', text: 'ä\n"\n'.repeat(5_000) };
const held: GuardedChild[] = [];
const started: number[] = [];
afterEach(async () => {
  await Promise.all(held.splice(0).map((each) => each.kill()));
  for (const pid of stillLiving(started.splice(0))) process.kill(pid, 'SIGKILL');
});

/** Scripts for Node that start a process in a session of its own and print its id; this one, its own as well. */
const DETACHED = `
  const { spawn } = require('node:child_process');
  const detached = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  detached.unref();
  console.log(detached.pid + ' ' + process.pid);`;
/** Ignores TERM. */
const SETSID = `
  const stubborn = 'trap "" TERM; echo $$; exec sleep 1000';
  require('node:child_process').spawn('setsid', ['sh', '-c', stubborn], { stdio: 'inherit' }).unref();`;
/** Its parent has ended; its output goes to that of the command. */
const ORPHAN = `
  require('node:child_process').execFileSync('sh', ['-c', '(setsid sh -c "echo \\\\$\\\\$; exec sleep 1000" &) &'], { stdio: 'inherit' });`;
const UNMARKED = DETACHED.replace('detached: true', 'detached: true, env: {}');

const FOR_EVER = `setInterval(() => {}, 1_000);`;
const STUBBORN = `process.on('SIGTERM', () => {}); ${FOR_EVER}`;

async function hold(
  script: string,
  options: Partial<ChildGuardOptions> = {},
): Promise<{ guarded: GuardedChild; detached: number; own: number }> {
  const guarded = await spawnGuarded({ command: process.execPath, args: ['-e', script], env, ...options });
  held.push(guarded);
  const [line] = (await once(guarded.stdout, 'data')) as [Buffer];
  const [detached = 0, own = 0] = line.toString().split(' ').map(Number);
  started.push(detached);
  expect(stillLiving([detached])).toEqual([detached]);
  expect(groupMembers(guarded.pid)).not.toContain(detached);
  return { guarded, detached, own };
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a process that a guarded process started in a session of its own', () => {
  const starts = [
    { how: 'as a detached child', start: DETACHED },
    { how: 'by setsid', start: SETSID },
    { how: 'by a child that has ended', start: ORPHAN },
  ];
  it.each(starts)('$how ends when its guarded process is stopped', async ({ start }) => {
    const { guarded, detached } = await hold(start + FOR_EVER);
    expect(await guarded.stop()).toBe(143);
    await eventually(() => expect(stillLiving([detached])).toEqual([]));
  });

  it('ends when its guarded process ignores the signal', async () => {
    const { guarded, detached } = await hold(STUBBORN + DETACHED, { graceSeconds: 0.2 });
    expect(await guarded.stop()).toBe(137);
    await eventually(() => expect(stillLiving([detached])).toEqual([]));
  });

  it('ends when its guarded process is killed', async () => {
    const { guarded, detached } = await hold(DETACHED + FOR_EVER);
    expect(await guarded.kill()).toBe(137);
    await eventually(() => expect(stillLiving([detached])).toEqual([]));
  });

  it('ends when its guarded process ends by itself', async () => {
    const { guarded, detached, own } = await hold(
      `process.on('SIGUSR2', () => process.exit(3)); ${DETACHED} ${FOR_EVER}`,
    );
    process.kill(own, 'SIGUSR2');
    expect(await guarded.exited).toBe(3);
    await eventually(() => expect(stillLiving([detached])).toEqual([]));
  });

  it('ends when the guard is killed', async () => {
    const { guarded, detached } = await hold(DETACHED + FOR_EVER);
    process.kill(guarded.pid, 'SIGKILL');
    expect(await guarded.exited).toBe(137);
    await eventually(() => expect(stillLiving([detached])).toEqual([]));
  });

  it('ends with the processes that it starts meanwhile', async () => {
    const breed = `for _ in $(seq 500); do setsid sleep 100 & sleep 0.001; done`;
    const script = `require('node:child_process').spawn('setsid', ['sh', '-c', ${JSON.stringify(breed)}], { stdio: 'inherit' });`;
    const { guarded } = await hold(script + DETACHED + FOR_EVER);
    const closed = once(guarded.stdout, 'close'); // every child holds it open
    await guarded.stop();
    await closed;
  });

  it('stays when another guard ends', async () => {
    const { detached } = await hold(DETACHED + FOR_EVER);
    const other = await hold(DETACHED + FOR_EVER);
    await other.guarded.stop();
    await eventually(() => expect(stillLiving([other.detached, detached])).toEqual([detached]));
  });

  it('stays when it was started without the mark in its environment', async () => {
    const { guarded, detached } = await hold(UNMARKED + FOR_EVER);
    await guarded.stop();
    expect(stillLiving([detached])).toEqual([detached]);
  });

  const CHILD_GUARD = new URL('index.ts', import.meta.url).href;
  it.each([
    { what: 'ends in order', script: DETACHED + FOR_EVER, graceSeconds: 20 },
    { what: 'ignores every signal', script: STUBBORN + DETACHED, graceSeconds: 0.2 },
  ])('ends when the owner of a process that $what is killed', async ({ script, graceSeconds }) => {
    const options = { command: process.execPath, args: ['-e', script], env, graceSeconds };
    const { child, line } = await runModule(`
      import { once } from 'node:events';
      import { spawnGuarded } from ${JSON.stringify(CHILD_GUARD)};
      const { pid, stdout } = await spawnGuarded(${JSON.stringify(options)});
      console.log(pid + ' ' + (await once(stdout, 'data')));
      setInterval(() => {}, 1_000);`);
    const [group = 0, detached = 0] = line.split(' ').map(Number);
    started.push(detached);
    expect(stillLiving([detached])).toEqual([detached]);
    expect(groupMembers(group)).not.toContain(detached);
    child.kill('SIGKILL');
    await eventually(() => expect([...stillLiving([detached]), ...groupMembers(group)]).toEqual([]));
  });
});
