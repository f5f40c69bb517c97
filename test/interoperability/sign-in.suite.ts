import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../support/gateway.js';
import { repository } from '../support/launch.js';
import { pythonEnvironment } from './environments.js';

const SET_UP_MS = 1_200_000;
const SIGN_IN_MS = 120_000;

let gateway: Gateway;
let python: string;
beforeAll(async () => {
  python = await pythonEnvironment();
  gateway = await startGateway({ options: ['--auth', 'oidc'] });
}, SET_UP_MS);

const signIn = (user: string) =>
  promisify(execFile)(
    python,
    [
      '-W',
      'ignore',
      repository('test/interoperability/python/sign_in_fastmcp.py'),
      gateway.api.mcp('mcp-example'),
      user,
    ],
    { timeout: SIGN_IN_MS },
  );

it(
  'the OAuth client of fastmcp finds the issuer, registers, signs in with a browser and calls a tool',
  async () => {
    expect((await signIn('bob')).stdout).toContain('bob');
    await expect(signIn('carol')).rejects.toThrow('There is no such adapter'); // signed in, but not allowed
  },
  2 * SIGN_IN_MS,
);
