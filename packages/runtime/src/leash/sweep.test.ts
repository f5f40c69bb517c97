import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { groupMembers, runModule, stillLiving } from '../../test/processes.js';
import { eventually } from '../../test/wait.js';
import { leash, type Leashed, type LeashOptions } from './index.js';

const PATH = '/usr/bin:/bin';
/** What the leash has variables for, and what makes an environment hard to read. */
const env = { PATH, mark: '1', released: '1', text: 'ä\n"\n'.repeat(5_000) };
const held: Leashed[] = [];
const started: number[] = [];
afterEach(async () => {
  await Promise.all(held.splice(0).map((each) => each.kill()));
  for (const pid of stillLiving(started.splice(0))) process.kill(pid, 'SIGKILL');
});

/** Scripts for Node that start a process in a session of its own and print its id; this one, its own as well. */
const DETACHED = `
  const { spawn } = require('node:child_process');
  const away = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  away.unref();
  console.log(away.pid + ' ' + process.pid);`;
/** Heeds no request to end. */
const SETSID = `
  const stubborn = 'trap "" TERM; echo $$; exec sleep 1000';
  require('node:child_process').spawn('setsid', ['sh', '-c', stubborn], { stdio: 'inherit' }).unref();`;
/** Its parent has ended, and its output goes on to the command's. */
const ORPHAN = `
  require('node:child_process').execFileSync('sh', ['-c', '(setsid sh -c "echo \\\\$\\\\$; exec sleep 1000" &) &'], { stdio: 'inherit' });`;
const UNMARKED = DETACHED.replace('detached: true', 'detached: true, env: {}');

const FOR_EVER = `setInterval(() => {}, 1_000);`;
const STUBBORN = `process.on('SIGTERM', () => {}); ${FOR_EVER}`;

async function hold(
  script: string,
  options: Partial<LeashOptions> = {},
): Promise<{ leashed: Leashed; away: number; own: number }> {
  const leashed = await leash({ command: process.execPath, args: ['-e', script], env, ...options });
  held.push(leashed);
  const [line] = (await once(leashed.stdout, 'data')) as [Buffer];
  const [away = 0, own = 0] = line.toString().split(' ').map(Number);
  started.push(away);
  expect(stillLiving([away])).toEqual([away]);
  expect(groupMembers(leashed.pid)).not.toContain(away);
  return { leashed, away, own };
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('what a leashed process has started in a session of its own', () => {
  const starts = [
    { how: 'as a detached child', start: DETACHED },
    { how: 'by setsid', start: SETSID },
    { how: 'by a child that has ended', start: ORPHAN },
  ];
  it.each(starts)('$how is gone when that was stopped', async ({ start }) => {
    const { leashed, away } = await hold(start + FOR_EVER);
    expect(await leashed.stop()).toBe(143);
    await eventually(() => expect(stillLiving([away])).toEqual([]));
  });

  it('is gone when that did not heed the signal in time', async () => {
    const { leashed, away } = await hold(STUBBORN + DETACHED, { graceSeconds: 0.2 });
    expect(await leashed.stop()).toBe(137);
    await eventually(() => expect(stillLiving([away])).toEqual([]));
  });

  it('is gone when that was killed', async () => {
    const { leashed, away } = await hold(DETACHED + FOR_EVER);
    expect(await leashed.kill()).toBe(137);
    await eventually(() => expect(stillLiving([away])).toEqual([]));
  });

  it('is gone when that has ended by itself', async () => {
    const { leashed, away, own } = await hold(`process.on('SIGUSR2', () => process.exit(3)); ${DETACHED} ${FOR_EVER}`);
    process.kill(own, 'SIGUSR2');
    expect(await leashed.exited).toBe(3);
    await eventually(() => expect(stillLiving([away])).toEqual([]));
  });

  it('is gone when the shell between was killed', async () => {
    const { leashed, away } = await hold(DETACHED + FOR_EVER);
    process.kill(leashed.pid, 'SIGKILL');
    expect(await leashed.exited).toBe(137);
    await eventually(() => expect(stillLiving([away])).toEqual([]));
  });

  it('is gone with what it starts meanwhile', async () => {
    const breed = `for _ in $(seq 500); do setsid sleep 100 & sleep 0.001; done`;
    const script = `require('node:child_process').spawn('setsid', ['sh', '-c', ${JSON.stringify(breed)}], { stdio: 'inherit' });`;
    const { leashed } = await hold(script + DETACHED + FOR_EVER);
    const closed = once(leashed.stdout, 'close'); // they all hold it
    await leashed.stop();
    await closed;
  });

  it('stays while another leash ends', async () => {
    const { away } = await hold(DETACHED + FOR_EVER);
    const other = await hold(DETACHED + FOR_EVER);
    await other.leashed.stop();
    await eventually(() => expect(stillLiving([other.away, away])).toEqual([away]));
  });

  it('stays when it has been given another environment', async () => {
    const { leashed, away } = await hold(UNMARKED + FOR_EVER);
    await leashed.stop();
    expect(stillLiving([away])).toEqual([away]);
  });

  const LEASH = new URL('index.ts', import.meta.url).href;
  it.each([
    { what: 'that ends in order', script: DETACHED + FOR_EVER, graceSeconds: 20 },
    { what: 'that heeds no signal', script: STUBBORN + DETACHED, graceSeconds: 0.2 },
  ])('is gone when the holder of one $what was killed', async ({ script, graceSeconds }) => {
    const options = { command: process.execPath, args: ['-e', script], env, graceSeconds };
    const { child, line } = await runModule(`
      import { once } from 'node:events';
      import { leash } from ${JSON.stringify(LEASH)};
      const { pid, stdout } = await leash(${JSON.stringify(options)});
      console.log(pid + ' ' + (await once(stdout, 'data')));
      setInterval(() => {}, 1_000);`);
    const [group = 0, away = 0] = line.split(' ').map(Number);
    started.push(away);
    expect(stillLiving([away])).toEqual([away]);
    expect(groupMembers(group)).not.toContain(away);
    child.kill('SIGKILL');
    await eventually(() => expect([...stillLiving([away]), ...groupMembers(group)]).toEqual([]));
  });
});
