import { describe, expect, it } from '@jest/globals';
import { differences } from './compare.js';
import { countPassed, passes, type Check, type Report } from './report.js';
import { scenarioTable, summary } from './table.js';

const check = (id: string, status: Check['status'] = 'SUCCESS', errorMessage?: string): Check => ({
  id,
  name: id.toUpperCase(),
  status,
  ...(errorMessage !== undefined && { errorMessage }),
});
const report = (scenarios: Record<string, Check[]>): Report => new Map(Object.entries(scenarios));

describe('two runs of the conformance suite', () => {
  it('are the same when all checks have the same result', () => {
    const run = () => report({ a: [check('1'), check('2', 'FAILURE', 'why')], b: [check('3', 'INFO')] });
    expect(differences(run(), run())).toEqual([]);
  });

  it.each<[string, Record<string, Check[]>, string, string]>([
    ['another status', { a: [check('1', 'WARNING')] }, '1 (1) SUCCESS', '1 (1) WARNING'],
    ['another message', { a: [check('1', 'SUCCESS', 'but')] }, '1 (1) SUCCESS', '1 (1) SUCCESS but'],
    ['another answer', { a: [{ ...check('1'), details: { body: 2 } }] }, '1 (1) SUCCESS', '{"body":2}'],
    ['one more check', { a: [check('1'), check('2')] }, 'nothing', '2 (2) SUCCESS'],
    ['one less', { a: [] }, '1 (1) SUCCESS', 'nothing'],
    ['no such scenario', {}, '1 (1) SUCCESS', 'nothing'],
    ['one more scenario', { a: [check('1')], b: [check('2')] }, 'nothing', '2 (2) SUCCESS'],
  ])('differ by %s', (_what, through, left, right) => {
    const [difference, ...others] = differences(report({ a: [check('1')] }), report(through));
    expect(others).toEqual([]);
    expect(difference).toContain(`directly ${left}`);
    expect(difference?.split('through the gateway ')[1]).toContain(right);
  });

  it('are the same when only the notes differ', () => {
    expect(differences(report({ a: [check('1'), check('2', 'INFO')] }), report({ a: [check('1')] }))).toEqual([]);
  });

  it('are the same when only the time, the address and the ids differ', () => {
    const seen = (details: Record<string, unknown>) => report({ a: [{ ...check('1'), details }] });
    const uuid = '2f697d9e-41e3-4bfe-a851-1de365955819';
    const direct = {
      url: 'http://127.0.0.1:1/mcp',
      headers: { 'mcp-session-id': uuid, date: 'Sat, 21 Nov 2026 11:04:57 GMT' },
    };
    const through = {
      url: 'http://127.0.0.1:2/adapters/echo/mcp',
      headers: { 'mcp-session-id': 'x'.repeat(250), date: 'Sat, 21 Nov 2026 11:04:59 GMT' },
    };
    expect(differences(seen(direct), seen(through))).toEqual([]);
    expect(differences(seen(direct), seen({ ...through, url: 'http://127.0.0.1:2/elsewhere' }))).toHaveLength(1);
  });
});

describe('a scenario', () => {
  it.each([
    [[check('1'), check('2', 'WARNING'), check('3', 'INFO'), check('4', 'SKIPPED')], true],
    [[check('1'), check('2', 'FAILURE')], false],
    [[check('1', 'INFO')], false],
    [[], false],
  ])('%j passes: %s', (checks, passed) => {
    expect(passes(checks)).toBe(passed);
    expect(countPassed(report({ it: checks }))).toBe(passed ? 1 : 0);
  });

  it('is in the table with all its results', () => {
    const direct = report({ ping: [check('1')], 'tools-list': [check('2')] });
    const gateway = report({ ping: [check('1')], 'tools-list': [check('2', 'FAILURE')] });
    const runs = new Map(Object.entries({ direct, gateway }));
    const comparison = { revision: '2025-11-25', subject: 'a server', runs };
    expect(scenarioTable(comparison).split('\n')).toEqual([
      '2025-11-25, a server',
      'scenario   | direct | gateway',
      'ping       | pass   | pass',
      'tools-list | pass   | FAIL',
    ]);
    expect(summary([comparison]).split('\n')).toEqual([
      'revision   | subject  | direct | gateway',
      '2025-11-25 | a server | 2/2    | 1/2',
    ]);
  });
});
