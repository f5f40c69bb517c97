import { describe, expect, it } from '@jest/globals';
import type { ApprovedDefinition, RecordedDefinition } from '@mcp-gateway/common/contracts';
import {
  approvedAfter,
  changesOf,
  differencesOf,
  foundChanges,
  heldBackCount,
  recordedAfter,
} from './definition-changes.js';

const NOW = new Date('2026-11-30T12:00:00Z');
const since = '2026-11-29T12:00:00.000Z';
const [one, two] = ['1'.repeat(64), '2'.repeat(64)];
const definition = (description: string) => ({ name: 'find', description });

const recorded = (hash: string, more: Partial<RecordedDefinition> = {}): RecordedDefinition => ({
  kind: 'tool',
  name: 'find',
  hash,
  since,
  ...more,
});
const approved = (hash: string): ApprovedDefinition => ({
  kind: 'tool',
  name: 'find',
  hash,
  definition: definition('Finds.'),
  by: 'alice',
  at: since,
});
const BY = { by: 'alice', at: NOW };

describe('what is recorded after a report', () => {
  it('keeps since when a hash is known, and the text that a router leaves out', () => {
    const before = { recorded: [recorded(two, { definition: definition('x') })], approved: [] };
    const reported = { kind: 'tool', name: 'find', hash: two } as const;
    expect(recordedAfter(before, [reported], NOW)).toEqual(before.recorded);
    expect(recordedAfter(before, [{ ...reported, hash: one }], NOW)).toEqual([
      { ...reported, hash: one, since: NOW.toISOString() },
    ]);
  });

  it('has no text of what is approved', () => {
    const before = { recorded: [], approved: [approved(one)] };
    const reported = { kind: 'tool', name: 'find', hash: one, definition: definition('Finds.') } as const;
    expect(recordedAfter(before, [reported], NOW)).toEqual([recorded(one, { since: NOW.toISOString() })]);
  });
});

describe('changes', () => {
  it.each([
    ['nothing', [recorded(one)], [approved(one)], []],
    ['new', [recorded(one, { definition: definition('x') })], [], ['new']],
    ['changed', [recorded(two, { definition: definition('x') })], [approved(one)], ['changed']],
    ['removed', [], [approved(one)], ['removed']],
    ['a prompt of the name of a tool', [recorded(one, { kind: 'prompt' })], [approved(one)], ['new', 'removed']],
  ])('say %s', (_what, now, then, expected) => {
    const definitions = { recorded: now, approved: then };
    expect(changesOf(definitions).map(({ change }) => change)).toEqual(expected);
    expect(heldBackCount(definitions)).toBe(expected.filter((change) => change !== 'removed').length);
  });

  it('name characters that nobody sees, also in a name of a member', () => {
    const hidden = { ...definition('Finds.\u{e0041}\u{e0042}\u200b'), 'x\u00ad': 1 };
    const [change] = changesOf({ recorded: [recorded(two, { definition: hidden })], approved: [approved(one)] });
    expect(change?.invisible).toEqual(['U+E0041', 'U+E0042', 'U+200B', 'U+00AD']);
  });

  it('say why something cannot be approved', () => {
    const [change] = changesOf({ recorded: [recorded(one, { fault: 'too-large' })], approved: [] });
    expect(change?.problem).toMatch(/has more than 65536 characters/);
    const [late] = changesOf({ recorded: [recorded(one)], approved: [] });
    expect(late?.problem).toMatch(/has not arrived yet/);
  });
});

describe('differences', () => {
  it('name each member, by a JSON pointer', () => {
    const before = { a: { 'b/c': 1, '~': [1] }, gone: true };
    expect(differencesOf(before, { a: { 'b/c': 2, '~': [1, 2] }, more: null })).toEqual([
      { pointer: '/a/b~1c', before: 1, after: 2 },
      { pointer: '/a/~0', before: [1], after: [1, 2] },
      { pointer: '/gone', before: true },
      { pointer: '/more', after: null },
    ]);
  });

  it('of very many members show those at the top, or the whole', () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`m${i}`, i]));
    expect(differencesOf({ a: {}, b: 1 }, { a: many, b: 1 })).toEqual([{ pointer: '/a', before: {}, after: many }]);
    expect(differencesOf({}, many)).toEqual([{ pointer: '', before: {}, after: many }]);
  });

  it('of members that objects inherit are none', () => {
    const own = JSON.parse('{"__proto__": 1}') as Record<string, unknown>;
    expect(differencesOf({}, own)).toEqual([{ pointer: '/__proto__', after: 1 }]);
  });
});

describe('an approval', () => {
  const waiting = { recorded: [recorded(two, { definition: definition('x') })], approved: [approved(one)] };

  it('has the text that was recorded, and who approved it', () => {
    expect(approvedAfter(waiting, { definitions: [{ kind: 'tool', name: 'find', hash: two }] }, BY)).toEqual([
      { ...approved(two), definition: definition('x'), at: NOW.toISOString() },
    ]);
  });

  it.each([one, null, '3'.repeat(64)])('of the hash %s is refused when another one is recorded', (hash) => {
    const approve = () => approvedAfter(waiting, { definitions: [{ kind: 'tool', name: 'find', hash }] }, BY);
    expect(approve).toThrow(expect.objectContaining({ code: 'EDIT_CONFLICT' }));
  });

  it('is for all that it names or nothing', () => {
    const definitions = [
      { kind: 'tool' as const, name: 'find', hash: two },
      { kind: 'tool' as const, name: 'other', hash: one },
    ];
    expect(() => approvedAfter(waiting, { definitions }, BY)).toThrow(/tool "other"/);
  });

  it('of a removed definition forgets it', () => {
    const gone = { recorded: [], approved: [approved(one)] };
    expect(approvedAfter(gone, { definitions: [{ kind: 'tool', name: 'find', hash: null }] }, BY)).toEqual([]);
  });

  it('is refused without a text, and beyond the bounds', () => {
    const definitions = [{ kind: 'tool' as const, name: 'find', hash: one }];
    const withoutText = { recorded: [recorded(one, { fault: 'no-room' })], approved: [] };
    expect(() => approvedAfter(withoutText, { definitions }, BY)).toThrow(/Approve others first/);
    const many = Array.from({ length: 1_001 }, (_, i) => recorded(one, { name: `t${i}`, definition: { i } }));
    const all = many.map(({ kind, name, hash }) => ({ kind, name, hash }));
    expect(() => approvedAfter({ recorded: many, approved: [] }, { definitions: all }, BY)).toThrow(/1000/);
    const large = many.slice(0, 20).map((each) => ({ ...each, definition: { x: 'x'.repeat(60_000) } }));
    expect(() => approvedAfter({ recorded: large, approved: [] }, { definitions: all.slice(0, 20) }, BY)).toThrow(
      /1048576 characters/,
    );
  });
});

it('what a report has found counts all and names 50', () => {
  const many = Array.from({ length: 60 }, (_, i) => recorded(one, { name: `t${i}` }));
  const found = foundChanges([recorded(one)], [recorded(two), ...many]);
  expect(found?.counts).toEqual({ new: 60, changed: 1, removed: 0 });
  expect(found?.names.new).toHaveLength(50);
  expect(foundChanges(many, many)).toBeUndefined();
});
