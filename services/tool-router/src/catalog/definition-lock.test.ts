import { describe, expect, it } from '@jest/globals';
import { DEFINITION_BOUNDS, type OperationPlan, type PublishedLock } from '@mcp-gateway/common/contracts';
import type { Tool } from '@modelcontextprotocol/server';
import { NOTHING, type Listing } from '../sources/source.js';
import { definitionHash, locked, reportOf } from './definition-lock.js';

const tool = (more: object = {}): Tool => ({
  name: 'find',
  description: 'Finds.',
  inputSchema: { type: 'object' },
  ...more,
});
const listing = (...tools: Tool[]) => ({ ...NOTHING, tools, resources: [{ uri: 'a:b', name: 'b' }] });
const lockOn = (...approved: Tool[]): PublishedLock => ({
  whileChanged: 'last-approved',
  approved: approved.map((definition) => ({
    kind: 'tool',
    name: definition.name,
    hash: definitionHash(definition),
    definition,
  })),
});

describe('the hash of a definition', () => {
  const hash = definitionHash(tool());
  it.each([
    ['the order of members', { inputSchema: { type: 'object' }, description: 'Finds.', name: 'find' }],
    ['_meta', tool({ _meta: { at: 1 } })],
  ])('stays with %s', (_what, other) => expect(definitionHash(other as Tool)).toBe(hash));

  it.each([
    ['the name', tool({ name: 'Find' })],
    ['the description', tool({ description: 'Finds. ' })],
    ['the title', tool({ title: 'Find' })],
    ['the schema', tool({ inputSchema: { type: 'object', properties: {} } })],
    ['the schema of results', tool({ outputSchema: { type: 'object' } })],
    ['annotations', tool({ annotations: { readOnlyHint: true } })],
    ['icons', tool({ icons: [{ src: 'https://example.com/i.png' }] })],
    ['a member that nobody knows', tool({ 'x-own': 1 })],
    ['_meta within', tool({ annotations: { _meta: 1 } })],
    ['half of a character', tool({ description: '\ud800' })],
  ])('changes with %s', (_what, other) => expect(definitionHash(other)).not.toBe(hash));

  it('is SHA-256 of the canonical form (RFC 8785)', () =>
    // printf '%s' '{"description":"Finds.","inputSchema":{"type":"object"},"name":"find"}' | sha256sum
    expect(hash).toBe('3a57e80c565721a78b662fabf0cf12aed92d7e4829cbc8b1c0b26da5f2d1e2d0'));
});

describe('what is served', () => {
  it.each([
    ['of a source without a lock: all', undefined, [tool()], [tool()], 0],
    ['of what nobody approved: nothing', lockOn(), [tool()], [], 1],
    ['of what is approved: the approved copy', lockOn(tool()), [tool({ _meta: { x: 1 } })], [tool()], 0],
    ['of what has changed: the approved copy', lockOn(tool()), [tool({ description: 'Bad.' })], [tool()], 1],
    ['of what the server lists no more: nothing', lockOn(tool()), [], [], 0],
    [
      'of what has changed, when that is hidden: nothing',
      { ...lockOn(tool()), whileChanged: 'hidden' as const },
      [tool({ description: 'Bad.' })],
      [],
      1,
    ],
  ])('%s', (_what, lock, given, served, heldBack) => {
    const found = locked(listing(...given), lock);
    expect(found.listing).toEqual(listing(...served));
    expect(found.heldBack).toHaveLength(heldBack);
  });

  it('an approved tool says nothing about a prompt of its name', () => {
    const prompts = [{ name: 'find' }];
    expect(locked({ ...NOTHING, prompts }, lockOn(tool()))).toEqual({
      listing: NOTHING,
      heldBack: [{ kind: 'prompt', name: 'find' }],
    });
  });
});

describe('what is served of an operation', () => {
  const plan = (more: object = {}): OperationPlan => ({ method: 'GET', path: '/v1/a', parameters: [], ...more });
  const operation = (http: OperationPlan, more: object = {}) => ({ ...tool(more), http });
  const given = (http: OperationPlan, more: object = {}) => ({
    ...NOTHING,
    tools: [tool(more)],
    approvable: new Map([['find', operation(http, more)]]),
  });
  const lock = lockOn(operation(plan()));
  const bad = { description: 'Bad.' };
  const body = { contentType: 'application/json', encoding: 'json' as const, required: true };
  const parameter = { argument: 'a', name: 'b', in: 'header' as const, style: 'simple' as const, explode: false };

  it.each<[what: string, lock: PublishedLock, now: Listing, served: Tool[], heldBack: number]>([
    ['as it is approved: the tool', lock, given(plan()), [tool()], 0],
    ['whose text has changed: the approved one', lock, given(plan(), bad), [tool()], 1],
    ['whose text is hidden when changed: nothing', { ...lock, whileChanged: 'hidden' }, given(plan(), bad), [], 1],
    ['that has another method: nothing', lock, given(plan({ method: 'DELETE' })), [], 1],
    ['that has another path: nothing', lock, given(plan({ path: '/v1/b' })), [], 1],
    ['that has another base path: nothing', lock, given(plan({ path: '/v2/a' })), [], 1],
    ['that sends an argument elsewhere: nothing', lock, given(plan({ parameters: [parameter] })), [], 1],
    ['that has a body: nothing', lock, given(plan({ body })), [], 1],
    ['that was approved as a tool without a call: nothing', lockOn(tool()), given(plan()), [], 1],
  ])('%s', (_what, locks, now, served, heldBack) => {
    const found = locked(now, locks);
    expect(found.listing.tools).toEqual(served);
    expect(found.heldBack).toHaveLength(heldBack);
  });

  it('reports the call with the tool', () =>
    expect(reportOf(given(plan()), lockOn())).toMatchObject([{ definition: operation(plan()) }]));
});

describe('a report', () => {
  it('has all hashes, and the texts that somebody has to approve', () => {
    const [other, hash] = [tool({ name: 'other' }), definitionHash(tool())];
    const known = { kind: 'tool', name: 'find', hash };
    const added = { kind: 'tool', name: 'other', hash: definitionHash(other) };
    expect(reportOf(listing(tool(), other), undefined)).toEqual([known, added]);
    expect(reportOf(listing(tool(), other), lockOn(tool()))).toEqual([known, { ...added, definition: other }]);
  });

  it('leaves out texts that are too large, for one and for all together', () => {
    const large = tool({ name: 'large', description: 'x'.repeat(70_000) });
    const many = Array.from({ length: 20 }, (_, i) => tool({ name: `t${i}`, description: 'x'.repeat(60_000) }));
    const report = reportOf(listing(large, ...many), lockOn());
    expect(report[0]?.fault).toBe('too-large');
    expect(report.filter(({ definition }) => definition !== undefined)).toHaveLength(17);
    expect(report.filter(({ fault }) => fault === 'no-room')).toHaveLength(3);
  });

  it('names as many as the control plane records, and no more', () => {
    const many = Array.from({ length: DEFINITION_BOUNDS.recorded + 1 }, (_, i) => tool({ name: `t${i}` }));
    expect(reportOf(listing(...many), undefined)).toHaveLength(DEFINITION_BOUNDS.recorded);
  });
});
