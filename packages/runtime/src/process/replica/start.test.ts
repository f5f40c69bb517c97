import { expect, it } from '@jest/globals';
import { workload } from '../../../test/supervisor.js';
import { unsupportedSetting } from './start.js';

it.each<[what: string, ...Parameters<typeof workload>, reason: string | undefined, names: string]>([
  ['variables of its own', 'echo', { environment: { signal: 'hup', UID: '7' } }, undefined, ''],
  ['none', 'echo', { secretEnvironment: {} }, undefined, ''],
  [
    'a variable from a Secret',
    'echo',
    { secretEnvironment: { TOKEN: { secret: 'mcp', key: 'token' } } },
    'SecretsNotSupported',
    'TOKEN',
  ],
  [
    'a variable of the shell',
    'echo',
    { environment: { GREETING: 'hi', OPTIND: 'abc' } },
    'VariableNotSupported',
    'OPTIND',
  ],
])('a workload with %s', (_what, name, more, reason, names) => {
  const failure = unsupportedSetting(workload(name, more));
  expect(failure?.reason).toBe(reason);
  expect(failure?.message ?? '').toContain(names);
});
