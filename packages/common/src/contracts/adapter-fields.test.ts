import { describe, expect, it } from '@jest/globals';
import { invalidRequest } from '../errors/index.js';
import { EnvironmentVariables } from './adapter-fields.js';

function refusals(variables: unknown): string[] {
  const { error } = EnvironmentVariables.safeParse(variables);
  return error ? (invalidRequest(error).errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`) : [];
}
const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`V${index}`, '']));

describe('environment variables', () => {
  it.each([
    {},
    { A: '' },
    { _a1: 'ä\n🦙' },
    { ['A'.repeat(256)]: 'a' },
    { A: 'a'.repeat(32_768) },
    // Near what is reserved, and free.
    { PORTS: '1', MY_PORT: '1', HOSTNAME: 'a', port: '1', PATHS: '', MCP_GATEWAY: '', KUBERNETES: '' },
    named(256),
  ])('may be %j', (variables) => {
    expect(EnvironmentVariables.parse(variables)).toStrictEqual(variables);
  });

  it.each(['', '1A', 'A-B', 'A B', 'A=B', 'Ä', 'A.B', 'A\n', 'A\0'])('may not be named %j', (name) => {
    expect(refusals({ [name]: 'a' })).toEqual([
      `#/${name} must be letters, digits and underscores, not starting with a digit`,
    ]);
  });

  it('may not have a name of more than 256 characters', () => {
    expect(refusals({ ['A'.repeat(257)]: '' })).toEqual([`#/${'A'.repeat(256)}… must be at most 256 characters`]);
  });

  it.each([
    'PORT',
    'HOST',
    'PATH',
    'MCP_GATEWAY_',
    'MCP_GATEWAY_REPLICA',
    'KUBERNETES_PORT',
    'KUBERNETES_SERVICE_HOST',
  ])('may not be %s, which the platform sets', (name) => {
    expect(refusals({ [name]: 'a' })).toEqual([`#/${name} is set by the platform and cannot be overridden`]);
  });

  it.each([
    ['a NUL', 'a\0b', 'must be well-formed Unicode without NUL characters'],
    ['a lone high surrogate', '\ud83e', 'must be well-formed Unicode without NUL characters'],
    ['a lone low surrogate', '\udd99', 'must be well-formed Unicode without NUL characters'],
    ['more than 32 KiB', 'a'.repeat(32_769), 'must be at most 32768 characters'],
    ['a number', 5, 'must be a string'],
    ['nothing', null, 'must be a string'],
    ['an object', {}, 'must be a string'],
  ])('may not hold %s', (_what, value, message) => {
    expect(refusals({ OTHER: 'a', A: value })).toEqual([`#/A ${message}`]);
  });

  it('may be at most 256', () => {
    // Without a word on each, however wrong they are.
    expect(refusals(Object.fromEntries(Object.keys(named(300)).map((name) => [`${name} `, 1])))).toEqual([
      '# must hold at most 256 variables',
    ]);
    expect(refusals(named(257))).toEqual(['# must hold at most 256 variables']);
  });

  it.each([[['A=1']], ['A=1'], [null]])('must be an object, which %j is not', (value) => {
    expect(refusals(value)).toEqual(['# must be an object']);
  });
});
