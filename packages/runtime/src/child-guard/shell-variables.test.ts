import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { isShellVariable, spawnGuarded } from './index.js';

const PATH = '/usr/bin:/bin';

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
