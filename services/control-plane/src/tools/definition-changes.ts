import { isDeepStrictEqual } from 'node:util';
import {
  type ApprovalBody,
  type ApprovedDefinition,
  DEFINITION_BOUNDS,
  type DefinitionChange,
  definitionKey,
  type Difference,
  type RecordedDefinition,
  type ReportedDefinition,
} from '@mcp-gateway/common/contracts';
import { GatewayError, malformedRequest } from '@mcp-gateway/common/errors';

/** What a source defines, and what of that is approved. */
export interface Definitions {
  recorded: readonly RecordedDefinition[];
  approved: readonly ApprovedDefinition[];
}

type Keyed = Parameters<typeof definitionKey>[0];

const byKey = <T extends Keyed>(list: readonly T[]): Map<string, T> =>
  new Map(list.map((each) => [definitionKey(each), each]));

/**
 * What is recorded after a report. A hash keeps the time at which it was first seen, and its text, which routers send only
 * while they do not know that it is approved.
 */
export function recordedAfter(
  { recorded, approved }: Definitions,
  reported: readonly ReportedDefinition[],
  now: Date,
): RecordedDefinition[] {
  const [before, approvals] = [byKey(recorded), byKey(approved)];
  return [...byKey(reported)].map(([key, { kind, name, hash, definition, fault }]) => {
    const known = before.get(key);
    const same = known?.hash === hash ? known : undefined;
    const isApproved = approvals.get(key)?.hash === hash;
    const text = isApproved ? undefined : (definition ?? same?.definition);
    const since = same?.since ?? now.toISOString();
    return { kind, name, hash, since, ...(text && { definition: text }), ...(fault && !text && { fault }) };
  });
}

/** Names of what a report has changed, at most 50 of each sort. */
export interface FoundChanges {
  new: string[];
  changed: string[];
  removed: string[];
}

const MAX_NAMED = 50;

/** What differs from what was recorded before; undefined when nothing does. */
export function foundChanges(
  before: readonly RecordedDefinition[],
  after: readonly RecordedDefinition[],
): { names: FoundChanges; counts: Record<keyof FoundChanges, number> } | undefined {
  const [old, now] = [byKey(before), byKey(after)];
  const changed = [...now].filter(([key, { hash }]) => old.has(key) && old.get(key)?.hash !== hash);
  const found = {
    new: [...now.keys()].filter((key) => !old.has(key)),
    changed: changed.map(([key]) => key),
    removed: [...old.keys()].filter((key) => !now.has(key)),
  };
  const counts = { new: found.new.length, changed: found.changed.length, removed: found.removed.length };
  if (counts.new + counts.changed + counts.removed === 0) return undefined;
  const first = (keys: string[]) => keys.slice(0, MAX_NAMED);
  return { names: { new: first(found.new), changed: first(found.changed), removed: first(found.removed) }, counts };
}

/** How many definitions are recorded and not approved. */
export function heldBackCount({ recorded, approved }: Definitions): number {
  const approvals = byKey(approved);
  return recorded.filter((each) => approvals.get(definitionKey(each))?.hash !== each.hash).length;
}

/** What differs from what is approved, by kind and name. */
export function changesOf({ recorded, approved }: Definitions): DefinitionChange[] {
  const [now, approvals] = [byKey(recorded), byKey(approved)];
  const keys = [...new Set([...now.keys(), ...approvals.keys()])].toSorted();
  return keys.flatMap((key) => {
    const [current, approval] = [now.get(key), approvals.get(key)];
    return current?.hash === approval?.hash ? [] : [changeOf(current, approval)];
  });
}

const FAULTS = {
  'too-large': `It has more than ${DEFINITION_BOUNDS.chars} characters as JSON. Its server has to shorten it.`,
  'no-room':
    `The definitions that wait have more than ${DEFINITION_BOUNDS.allChars} characters together. Approve others first, or ` +
    'select fewer tools.',
};
const NO_TEXT = 'Its text has not arrived yet. Read the changes again in a few seconds.';

function changeOf(current: RecordedDefinition | undefined, approval: ApprovedDefinition | undefined): DefinitionChange {
  const { kind, name } = (current ?? approval) as Keyed;
  const hasText = current === undefined || current.definition !== undefined;
  const differences = hasText ? differencesOf(approval?.definition ?? {}, current?.definition ?? {}) : [];
  return {
    kind,
    name,
    change: current === undefined ? 'removed' : approval === undefined ? 'new' : 'changed',
    hash: current?.hash ?? null,
    approvedHash: approval?.hash ?? null,
    since: current?.since ?? null,
    differences,
    invisible: invisibleIn(differences),
    ...(!hasText && { problem: current.fault ? FAULTS[current.fault] : NO_TEXT }),
  };
}

const MAX_DIFFERENCES = 200;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Each member that differs, as deep as objects go. Where they are very many, the members of the top, or the whole. */
export function differencesOf(before: Json, after: Json): Difference[] {
  for (const depth of [Infinity, 1]) {
    const found = between(before, after, '', depth);
    if (found.length <= MAX_DIFFERENCES) return found;
  }
  return [{ pointer: '', before, after }];
}

function between(before: Json, after: Json, pointer: string, depth: number): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names.flatMap((name) => {
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [was, is] = [Object.hasOwn(before, name), Object.hasOwn(after, name)];
    const [old, now] = [before[name], after[name]];
    if (was && is && isDeepStrictEqual(old, now)) return [];
    if (depth > 1 && was && is && isObject(old) && isObject(now)) return between(old, now, at, depth - 1);
    return [{ pointer: at, ...(was && { before: old }), ...(is && { after: now }) }];
  });
}

/** Characters that fonts show as nothing, and those of private use (Unicode Standard, §5.21 and §23.5). */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}]/gu;
const MAX_INVISIBLE = 20;

function invisibleIn(differences: readonly Difference[]): string[] {
  const found = JSON.stringify(differences.map(({ pointer, after }) => [pointer, after])).match(INVISIBLE) ?? [];
  const code = (character: string) =>
    `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return [...new Set(found)].slice(0, MAX_INVISIBLE).map(code);
}

/**
 * What is approved afterwards: all of it or nothing.
 * @throws GatewayError EDIT_CONFLICT when the source defines something else than the approver has read; INVALID_REQUEST for what
 * cannot be approved
 */
export function approvedAfter(
  { recorded, approved }: Definitions,
  { definitions: asked }: ApprovalBody,
  { by, at }: { by: string; at: Date },
): ApprovedDefinition[] {
  const [now, approvals] = [byKey(recorded), byKey(approved)];
  refuseStale(asked.filter((each) => (now.get(definitionKey(each))?.hash ?? null) !== each.hash));
  for (const each of asked) {
    const [key, current] = [definitionKey(each), now.get(definitionKey(each))];
    if (current === undefined) approvals.delete(key);
    else if (approvals.get(key)?.hash !== current.hash) approvals.set(key, approvalOf(current, by, at));
  }
  const after = [...approvals.values()].toSorted((a, b) => (definitionKey(a) < definitionKey(b) ? -1 : 1));
  refuseTooMuch(after);
  return after;
}

function approvalOf(current: RecordedDefinition, by: string, at: Date): ApprovedDefinition {
  const { kind, name, hash, definition, fault } = current;
  if (definition) return { kind, name, hash, definition, by, at: at.toISOString() };
  throw malformedRequest(`the ${kind} ${shown(name)} cannot be approved: ${fault ? FAULTS[fault] : NO_TEXT}`);
}

function refuseStale(stale: readonly Keyed[]): void {
  if (stale.length === 0) return;
  const named = stale.slice(0, 5).map(({ kind, name }) => `${kind} ${shown(name)}`);
  const more = stale.length > 5 ? ` and ${stale.length - 5} more` : '';
  throw new GatewayError('EDIT_CONFLICT', {
    detail: `${named.join(', ')}${more}: the source defines something else than the hash in the body says, so nothing is approved; read the changes again and approve what they show`,
  });
}

function refuseTooMuch(approved: readonly ApprovedDefinition[]): void {
  const { approved: most, allChars } = DEFINITION_BOUNDS;
  if (approved.length > most) {
    throw malformedRequest(`a source can have ${most} approved definitions, and these would be ${approved.length}`);
  }
  const chars = approved.reduce((sum, { definition }) => sum + JSON.stringify(definition).length, 0);
  if (chars > allChars) {
    throw malformedRequest(
      `approved definitions of a source can have ${allChars} characters, and these would have ${chars}`,
    );
  }
}

/** Names come from servers. */
const shown = (name: string): string => JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
