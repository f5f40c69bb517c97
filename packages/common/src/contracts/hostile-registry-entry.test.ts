import { expect, it } from '@jest/globals';
import { AdapterRequest } from './adapter.js';
import { fromRegistryEntry } from './registry-entry.js';

const entryOf = (registryType: string, type: string, more: object) => ({
  name: 'io.github.user/weather',
  packages: [{ registryType, identifier: '@user/weather', transport: { type, url: 'http://localhost/' }, ...more }],
});
const faultsOf = (entry: object) =>
  AdapterRequest.safeParse({ name: 'wx', fromRegistryEntry: entry }).error?.issues.map(({ message }) => message);

it('takes linear time for images with hostile names', () => {
  const cpu = process.cpuUsage();
  for (const piece of ['.', ':', 'a.']) {
    const { name, packages } = entryOf('oci', 'streamable-http', { identifier: piece.repeat(4_096 / piece.length) });
    expect(faultsOf({ name, packages: Array.from({ length: 64 }, () => packages[0]) })).toBeDefined();
  }
  // Milliseconds; with a pattern that tries every dot, many seconds.
  expect(process.cpuUsage(cpu).user / 1e6).toBeLessThan(2);
});

it('takes variables with the names of methods as any others', () => {
  const variable = (name: string, value: string) =>
    entryOf('npm', 'stdio', { environmentVariables: [{ name, value }] });
  expect(faultsOf(variable('TEXT', '{valueOf}'))).toEqual(['@user/weather: {valueOf} needs a value; give one']);
  expect(fromRegistryEntry(variable('constructor', '1'), { values: {} })).toMatchObject({
    adapter: { environmentVariables: { constructor: '1' } },
  });
});
