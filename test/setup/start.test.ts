import { chmod } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isAlive, processes } from '../support/processes.js';
import { waitFor } from '../support/wait.js';
import { Clone } from './clone.js';

describe('npm start', () => {
  let clone: Clone;

  beforeEach(async () => {
    clone = await Clone.built();
  });

  afterEach(() => clone.remove());

  it('passes on the arguments and the exit code', async () => {
    expect(await clone.run(['start', 'exit', '42'])).toEqual({ code: 42, stdout: '', stderr: '' });
  });

  it.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGINT'],
    ['SIGHUP', 'SIGTERM'],
  ] as const)('turns %s into one %s and waits for the graceful end', async (signal, received) => {
    const { child, ended } = clone.setup(['start']);
    await clone.mainPid();
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill(signal);
    child.kill(signal); // npm repeats the signal that the terminal has already sent
    expect(await ended).toMatchObject({ code: 5 });
    expect(await clone.calls()).toEqual([`main ${received}`]);
  });

  it('ends the gateway when it is killed itself', async () => {
    const { child } = clone.setup(['start']);
    const pid = await clone.mainPid();
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGKILL');
    await waitFor('the end of the gateway', () => !isAlive(pid));
    expect(await clone.calls()).toEqual(['main disconnect']);
  });

  it.each([
    ['SIGKILL', 'becomes the command', '#!/bin/sh\nexec /bin/sh "$@"\n'],
    ['SIGKILL', 'stays in between', '#!/bin/sh\n/bin/sh "$@"\nexit $?\n'],
    ['SIGTERM', 'stays in between', '#!/bin/sh\n/bin/sh "$@"\nexit $?\n'],
  ] as const)('ends the gateway when npm gets %s and its shell %s', async (signal, _name, shell) => {
    await clone.write({ 'programs/bash': shell });
    await chmod(clone.at('programs/bash'), 0o755);
    const npm = clone.start('npm', ['start', '--script-shell', clone.at('programs/bash')], {});
    const pid = await clone.mainPid();
    const setup = parentOf(pid);
    await new Promise((resolve) => setTimeout(resolve, 100));
    npm.child.kill(signal);
    await waitFor('the end of both', () => !isAlive(pid) && !isAlive(setup));
    expect(await clone.calls()).toEqual(['main SIGTERM']);
  });

  it('continues when the shell that started it by hand has ended', async () => {
    const command = `"${process.execPath}" packages/local/setup.mjs start >/dev/null 2>&1 &`;
    await clone.start('/bin/sh', ['-c', command], {}).ended;
    const pid = await clone.mainPid();
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // several checks of the parent
    expect(isAlive(pid)).toBe(true);
    process.kill(parentOf(pid), 'SIGTERM');
    await waitFor('the end of the gateway', () => !isAlive(pid));
  });
});

function parentOf(pid: number): number {
  return Number(processes().find((each) => each.pid === pid)?.parent);
}
