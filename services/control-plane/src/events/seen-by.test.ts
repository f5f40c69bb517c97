import { describe, expect, it } from '@jest/globals';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Change } from '@mcp-gateway/database';
import { beginOf } from './query.js';
import { seenBy } from './seen-by.js';

const change = (changes: Partial<Change>): Change => ({
  position: 1_767_225_600_000_000,
  type: 'updated',
  kind: 'adapter',
  name: 'echo',
  id: 'b8f3c1de-2d5e-4b7a-8a63-0f6f5f1f9c22',
  generation: 2,
  phase: 'Ready',
  createdBy: 'alice',
  tenant: 'acme',
  readers: ['team'],
  readersBefore: ['team'],
  ...changes,
});
const who = (subject: string, more: Partial<Principal> = {}): Principal => ({
  subject,
  name: subject,
  roles: [],
  tenant: 'default',
  ...more,
});
const CALLERS = {
  creator: who('alice'),
  reader: who('bob', { roles: ['Team'] }),
  stranger: who('eve', { roles: ['other'] }),
  tenantAdmin: who('ann', { adminOf: ['acme'] }),
  member: who('max', { tenant: 'acme' }),
  admin: who('root', { roles: ['mcp.admin'] }),
  scopedAdmin: who('root', { roles: ['mcp.admin'], resources: [{ kind: 'adapter', name: 'other' }] }),
};
type Seen = [
  creator: string,
  reader: string,
  stranger: string,
  tenantAdmin: string,
  member: string,
  admin: string,
  scoped: string,
];

describe('what a change is for each caller', () => {
  it.each<[string, Partial<Change>, Seen]>([
    [
      'a new resource',
      { type: 'created', readersBefore: null },
      ['created', 'created', '-', 'created', '-', 'created', '-'],
    ],
    ['a new spec', {}, ['updated', 'updated', '-', 'updated', '-', 'updated', '-']],
    ['a new status', { type: 'status' }, ['status', 'status', '-', 'status', '-', 'status', '-']],
    ['a role that is added', { readersBefore: [] }, ['updated', 'created', '-', 'updated', '-', 'updated', '-']],
    ['a role that is removed', { readers: [] }, ['updated', 'deleted', '-', 'updated', '-', 'updated', '-']],
    ['a removal', { type: 'deleted', readers: null }, ['deleted', 'deleted', '-', 'deleted', '-', 'deleted', '-']],
    ['a tenant', { kind: 'tenant', name: 'acme' }, ['-', '-', '-', 'updated', '-', 'updated', '-']],
    ['a quota', { kind: 'quota', name: 'acme' }, ['-', '-', '-', 'updated', 'updated', 'updated', '-']],
    ['the begin of the log', { type: 'begin', kind: '' }, ['-', '-', '-', '-', '-', '-', '-']],
  ])('%s', (_what, changes, expected) => {
    expect(Object.values(CALLERS).map((each) => seenBy(each, change(changes))?.type ?? '-')).toEqual(expected);
  });

  it('has the state after it, and none of what the caller may not read any more', () => {
    const { position: _, type, kind, name, id, generation, phase } = change({});
    const time = '2026-01-01T00:00:00.000Z';
    expect(seenBy(CALLERS.creator, change({}))).toEqual({ type, kind, name, id, generation, phase, time });
    expect(seenBy(CALLERS.reader, change({ readers: [] }))).toEqual({ type: 'deleted', kind, name, id, time });
  });
});

describe('where a stream begins', () => {
  const ends = { oldest: 10, newest: 20, now: 30, isWhole: false };
  it.each([
    [undefined, 'start', 20],
    [9, 'reset', 20],
    [10, 'resume', 10],
    [20, 'resume', 20],
    [30, 'resume', 30],
    [31, 'reset', 20],
  ])('after %s: %s at %d', (since, how, position) => {
    const given = since === undefined ? undefined : { position: since, isTime: false };
    expect(beginOf(given, ends)).toEqual({ how, position });
  });

  it.each([
    ['a time, of a log that is whole', { isTime: true, isWhole: true }, 'resume', 10],
    ['a time, of a log that has lost changes', { isTime: true, isWhole: false }, 'reset', 20],
    ['an id, of another database', { isTime: false, isWhole: true }, 'reset', 20],
  ])('before the log, after %s: %s', (_what, { isTime, isWhole }, how, position) => {
    expect(beginOf({ position: 9, isTime }, { ...ends, isWhole })).toEqual({ how, position });
  });
});
