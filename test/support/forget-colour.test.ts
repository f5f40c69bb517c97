import { execFileSync, spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import config from '../../jest.config.js';
import { repository } from './launch.js';

const print = (env?: NodeJS.ProcessEnv) =>
  execFileSync(process.execPath, ['-p', '[4711, process.env.FORCE_COLOR, process.env.NO_COLOR]'], {
    encoding: 'utf8',
    env,
  });

it('a program that a test starts prints without colour', () => {
  expect(print()).toBe('[ 4711, undefined, undefined ]\n');
  expect(print({ ...process.env })).toBe('[ 4711, undefined, undefined ]\n');
});

it('a program that a test starts prints without colour also in a run with colours', () => {
  const { globalSetup: _setup, globalTeardown: _tearDown, ...own } = config;
  const settings = JSON.stringify({ ...own, rootDir: repository('.') });
  const jest = ['--experimental-vm-modules', repository('node_modules/jest/bin/jest.js'), '--config', settings];
  const { status, stderr } = spawnSync(process.execPath, [...jest, import.meta.filename, '-t', 'without colour$'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], FORCE_COLOR: '1', NO_COLOR: '1' },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('1 passed') });
});
