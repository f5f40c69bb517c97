import { describe, expect, it } from '@jest/globals';
import { FEATURES, type Outcome, type Outcomes } from './features.js';
import { differences, reasons, tables } from './table.js';

const all = (outcome: Outcome, but: Partial<Outcomes> = {}): Outcomes => ({
  ...(Object.fromEntries(FEATURES.map((feature) => [feature, outcome])) as Outcomes),
  ...but,
});
const works = { result: 'works' } as const;
const roots = { result: 'cannot', why: 'no\n roots' } as const;
const same = { client: 'one', server: 'S', direct: all(works, { roots }), through: all(works, { roots }) };
const other = { ...same, client: 'two', through: all(works) };

describe('the table of what clients can do', () => {
  it('has a row for each feature and a column for each client, in Markdown', () => {
    const lines = tables([same, other]).split('\n');
    expect(lines).toHaveLength(2 + FEATURES.length);
    expect(lines.slice(0, 3)).toEqual([
      '| S             | one | two     |',
      '| ------------- | --- | ------- |',
      '| tools         | yes | yes     |',
    ]);
    expect(lines).toContain('| roots         | –   | – / yes |');
  });

  it('lists each result that differs through the gateway, with its reason', () => {
    expect(differences(same)).toEqual([]);
    expect(differences(other)).toEqual(['roots: directly cannot (no\n roots), through the gateway works']);
  });

  it('lists each reason once, on one line', () => {
    expect(reasons([same, { ...same, server: 'T' }])).toBe('roots (S, T), one: no roots');
  });
});
