import { describe, expect, it } from '@jest/globals';
import { ArgumentAudit } from '@mcp-gateway/common/contracts';
import { recordedArguments, recordsArguments } from './arguments.js';

const settings = (...redact: string[]) => ArgumentAudit.parse({ tools: ['*'], redact });
const recorded = (given: unknown, ...redact: string[]) => recordedArguments(given, settings(...redact));

describe('the arguments of a call in its record', () => {
  it.each<[string, unknown, string[], string]>([
    ['are JSON', { path: '/data', n: 2, all: true, none: null }, [], '{"path":"/data","n":2,"all":true,"none":null}'],
    [
      'lack what a name redacts, at any depth',
      { a: [{ Iban: 'x' }], iban: { b: 1 } },
      ['IBAN'],
      '{"a":[{"Iban":"[redacted]"}],"iban":"[redacted]"}',
    ],
    [
      'lack what a pointer redacts',
      { a: { b: 'x', c: 'y' }, b: 'z' },
      ['/a/b'],
      '{"a":{"b":"[redacted]","c":"y"},"b":"z"}',
    ],
    ['lack an entry that a pointer redacts', { a: ['x', 'y'] }, ['/a/1'], '{"a":["x","[redacted]"]}'],
    ['lack what an escaped pointer redacts', { 'a/b~': 'x' }, ['/a~1b~0'], '{"a/b~":"[redacted]"}'],
    [
      'lack what looks like a secret',
      { userPassword: 'x', api_key: 'y', accessToken: { z: 1 }, PWD: 'p', accessKey: 'k' },
      [],
      '{"userPassword":"[redacted]","api_key":"[redacted]","accessToken":"[redacted]","PWD":"[redacted]","accessKey":"[redacted]"}',
    ],
    [
      'may have any name',
      JSON.parse('{"__proto__": {"b": 1}, "constructor": 2}'),
      [],
      '{"__proto__":{"b":1},"constructor":2}',
    ],
    ['may have ids of any length', { id: 12345678901234567890n }, [], '{"id":"12345678901234567890"}'],
    ['need not be an object', undefined, [], 'null'],
  ])('%s', (_what, given, redact, expected) => {
    expect(recorded(given, ...redact)).toBe(expected);
  });

  it('are bounded in length, depth and number', () => {
    expect(recorded({ a: 'x'.repeat(600) })).toBe(`{"a":"${'x'.repeat(512)}[cut]"}`);
    const wide = recorded(Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, 'x'.repeat(100)])));
    expect([wide.length, wide.endsWith('[cut]')]).toEqual([4_096, true]);
    const list = recorded({ a: Array.from({ length: 5_000 }, () => 1) });
    expect((JSON.parse(list) as { a: number[] }).a).toHaveLength(999);
    expect(recorded(JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`))).toBe(
      `${'['.repeat(16)}"[cut]"${']'.repeat(16)}`,
    );
    expect(recorded({ ['x'.repeat(257)]: 'secret' })).not.toContain('secret');
  });

  it('are recorded for the tools that the adapter names', () => {
    const some = ArgumentAudit.parse({ tools: ['add', 'read'] });
    expect(['add', 'Add', 'other'].map((tool) => recordsArguments(some, tool))).toEqual([true, false, false]);
    expect(recordsArguments(settings(), 'any')).toBe(true);
  });
});
