import { AuditOutcome } from '@mcp-gateway/common/contracts';
import type { AuditFilter } from '@mcp-gateway/database';
import { z } from 'zod';
import { documentedAs, parseQuery, wholeNumber } from '../http/request.js';

const NOT_A_TIME = 'must be a time such as 2026-11-30T08:00:00Z';
const Time = z.iso
  .datetime({ offset: true, error: NOT_A_TIME })
  .transform((text) => new Date(text))
  .meta(documentedAs({ type: 'string', format: 'date-time' }));
const Text = z.string().min(1, 'must not be empty').max(512, 'must be at most 512 characters');

const NOT_A_RESOURCE = 'must be a kind and a name such as adapter/echo';
const Resource = z
  .string(NOT_A_RESOURCE)
  .regex(/^[a-z-]{1,32}\/[\w.:@-]{1,128}$/, NOT_A_RESOURCE)
  .meta(documentedAs({ type: 'string' }));

const filters = {
  since: Time.optional().meta({ description: 'Only requests that began at this time or later.' }),
  until: Time.optional().meta({ description: 'Only requests that began before this time.' }),
  subject: Text.optional().meta({ description: 'Only what this caller did.' }),
  action: Text.optional().meta({
    description: 'Only this action; with `*` at the end all that begin so, as `adapter.*`.',
  }),
  resource: Resource.optional().meta({ description: 'Only requests for this resource, such as `adapter/echo`.' }),
  outcome: z.enum(AuditOutcome.options).optional().meta({ description: 'Only requests that ended so.' }),
  tenant: Text.optional().meta({
    description: 'Only what callers of this tenant did, and what was done to its resources.',
  }),
};

const MAX_LIMIT = 1_000;

const Cursor = z
  .base64url('must be a cursor from a Link header')
  .transform((cursor) => Number(Buffer.from(cursor, 'base64url').toString('utf8')))
  .pipe(z.int('must be a cursor from a Link header').min(1, 'must be a cursor from a Link header'))
  .meta(documentedAs({ type: 'string' }));

export const ExportQuery = z.strictObject(filters);
export const AuditQuery = z.strictObject({
  ...filters,
  limit: wholeNumber(1, MAX_LIMIT).default(100).meta({ description: 'How many records at most.' }),
  cursor: Cursor.optional().meta({ description: 'Begin of the page, from the Link header of the previous page.' }),
});

/** @throws GatewayError INVALID_REQUEST that names each bad parameter */
export function auditQueryOf(query: unknown): { filter: AuditFilter; limit: number; after: number | undefined } {
  const { limit, cursor, ...filter } = parseQuery(AuditQuery, query);
  return { filter: filterOf(filter), limit, after: cursor };
}

/** @throws GatewayError INVALID_REQUEST that names each bad parameter */
export const exportFilterOf = (query: unknown): AuditFilter => filterOf(parseQuery(ExportQuery, query));

function filterOf({ resource, tenant, ...filter }: z.infer<typeof ExportQuery>): AuditFilter {
  const [kind, name] = resource?.split('/') ?? [];
  return { ...filter, kind, name, ...(tenant !== undefined && { tenants: [tenant] }) };
}

/** RFC 8288: the link to the next page, with the same filters. */
export function linkToOlder(query: URLSearchParams, last: number): string {
  const next = new URLSearchParams(query);
  next.set('cursor', Buffer.from(String(last), 'utf8').toString('base64url'));
  return `</audit?${next.toString()}>; rel="next"`;
}
