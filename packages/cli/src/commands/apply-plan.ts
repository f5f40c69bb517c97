import { AdapterBody, Quota, TenantBody, ToolBody, ToolsetBody } from '@mcp-gateway/common/contracts';
import { closestMatch, invalidRequest } from '@mcp-gateway/common/errors';
import type { z } from 'zod';
import { type CliError, usageError } from '../frame/exit.js';
import type { Document } from './documents.js';
import { type Fields, type Kind, kindOf, specOf } from './kinds.js';

/** What a document says: a resource of a kind, or the quota of a tenant. */
export interface Wanted {
  kind: Kind['singular'] | 'quota';
  name: string;
  /** The body of the request. */
  body: Fields;
  /** The same with the defaults of the contract, to compare. */
  complete: Fields;
}

const SCHEMAS: Record<Wanted['kind'], z.ZodType> = {
  tenant: TenantBody,
  quota: Quota,
  adapter: AdapterBody,
  tool: ToolBody,
  toolset: ToolsetBody,
};

/** The order in which kinds are applied: what others refer to comes first. Deleting goes the other way. */
export const APPLY_ORDER: readonly Wanted['kind'][] = ['tenant', 'quota', 'adapter', 'tool', 'toolset'];

/**
 * @returns what a document says, checked against the contract of this version of the command. A tenant may have its quota in
 * `quota`, as an export has.
 * @throws CliError (usage) that names the document and each wrong field
 */
export function wantedOf({ fields, place }: Document): Wanted[] {
  const { kind: kindName, ...rest } = fields;
  const kind = APPLY_ORDER.find((each) => each === kindName || `${each}s` === kindName);
  if (!kind) throw noKind(place, kindName);
  if (kind !== 'tenant' || rest['quota'] === undefined) return [parsed(kind, rest, place)];
  const { quota, ...tenant } = rest;
  return [parsed('tenant', tenant, place), parsed('quota', { ...(quota as Fields), id: tenant['id'] }, place)];
}

function noKind(place: string, given: unknown): CliError {
  const known = APPLY_ORDER.join(', ');
  if (typeof given !== 'string') return usageError(`${place} has no kind: add "kind:" with one of ${known}.`);
  const meant = closestMatch(given, APPLY_ORDER);
  const hint = meant === undefined ? '.' : `; did you mean "${meant}"?`;
  return usageError(
    `${place} has the kind "${given.slice(0, 64)}", which does not exist${hint}`,
    `The kinds are ${known}.`,
  );
}

function parsed(kind: Wanted['kind'], rest: Fields, place: string): Wanted {
  const resource = kindOf(kind);
  const key = resource?.key ?? 'id';
  const { id, ...limits } = rest;
  const name = kind === 'quota' ? id : rest[key];
  if (typeof name !== 'string') throw usageError(`${place} has no ${kind === 'quota' ? 'id of its tenant' : key}.`);
  const body = resource ? specOf(resource, rest) : limits;
  const read = SCHEMAS[kind].safeParse(body);
  if (!read.success)
    throw usageError(
      `${place} (${kind}/${name}) is not valid: ${invalidRequest(read.error, { schema: SCHEMAS[kind] }).detail}`,
    );
  return { kind, name, body, complete: read.data as Fields };
}

/** A field that would change: its RFC 6901 pointer, and both values; undefined for none. */
export interface Change {
  pointer: string;
  from: unknown;
  to: unknown;
}

/** The fields in which two values differ, objects by their fields. A field with an empty value equals none. */
export function changesBetween(from: unknown, to: unknown, pointer = ''): Change[] {
  if (isObject(from) && isObject(to)) {
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return names.flatMap((name) =>
      changesBetween(from[name], to[name], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  }
  return isSame(from, to) ? [] : [{ pointer, from, to }];
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isSame(one: unknown, other: unknown): boolean {
  if (isEmpty(one) && isEmpty(other)) return true;
  return stable(one) === stable(other);
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.values(value).every(isEmpty));

/** JSON with the fields of objects in order, so that their order is no difference. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_name, each: unknown) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1))) : each,
  ) ?? '';

/** What to do about one document. */
export type Step = { wanted: Wanted } & ({ action: 'create' | 'unchanged' } | { action: 'update'; changes: Change[] });

/** @param now the resource as it is; undefined when there is none */
export function planStep(wanted: Wanted, now: Fields | undefined): Step {
  if (now === undefined) return { action: 'create', wanted };
  const kind = kindOf(wanted.kind);
  // Read by the same schema, so that both sides have the defaults.
  const read = kind ? SCHEMAS[wanted.kind].safeParse(specOf(kind, now)) : undefined;
  const changes = changesBetween(read?.success ? read.data : now, wanted.complete);
  return changes.length > 0 ? { action: 'update', changes, wanted } : { action: 'unchanged', wanted };
}

/**
 * Whether a resource fits all of `createdBy=ci,tags=team-a`: a field equals the text, or is a list that has it.
 * @throws CliError (usage)
 */
export function matches(fields: Fields, selector: string): boolean {
  return selector.split(',').every((term) => {
    const [, name = '', text = ''] = /^([\w.]+)=(.+)$/.exec(term.trim()) ?? [];
    if (!name) throw usageError(`"${term}" selects nothing: use FIELD=VALUE, such as createdBy=ci.`);
    const value = name.split('.').reduce<unknown>((node, part) => (node as Fields | undefined)?.[part], fields);
    return Array.isArray(value) ? value.includes(text) : valueText(value) === text;
  });
}

const valueText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
