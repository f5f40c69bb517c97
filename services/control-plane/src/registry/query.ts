import { z } from 'zod';
import { documentedAs, parseQuery, wholeNumber } from '../http/request.js';

const NOT_A_CURSOR = 'must be the nextCursor of a page';
const NOT_A_TIME = 'must be a time such as 2026-11-30T08:00:00Z';

const Cursor = z
  .base64url(NOT_A_CURSOR)
  .transform((text, context) => {
    const [, kind, name = ''] =
      /^(adapter|toolset)\/([a-z0-9-]{1,63})$/.exec(Buffer.from(text, 'base64url').toString('utf8')) ?? [];
    if (kind) return { kind: kind as 'adapter' | 'toolset', name };
    context.addIssue({ code: 'custom', message: NOT_A_CURSOR });
    return z.NEVER;
  })
  .meta(documentedAs({ type: 'string' }));
export type RegistryCursor = z.infer<typeof Cursor>;

/** The query of the official registry (modelcontextprotocol/registry, v0.1, `GET /v0.1/servers`). */
export const RegistryQuery = z.strictObject({
  cursor: Cursor.optional().meta({ description: 'Begin of the page: `metadata.nextCursor` of the previous page.' }),
  limit: wholeNumber(1, 100).default(30).meta({ description: 'How many servers at most.' }),
  search: z
    .string()
    .max(200, 'must be at most 200 characters')
    .refine((text) => text.isWellFormed() && !text.includes('\0'), { message: 'must be well-formed Unicode' })
    .optional()
    .meta({ description: 'Only servers with this text in name, title, description, owner or tags, in any case.' }),
  updated_since: z.iso
    .datetime({ offset: true, error: NOT_A_TIME })
    .transform((text) => new Date(text))
    .optional()
    .meta({
      description: 'Only servers whose spec was replaced at this time or later.',
      ...documentedAs({ type: 'string', format: 'date-time' }),
    }),
  version: z.string().max(255, 'must be at most 255 characters').optional().meta({
    description: 'Only servers in this version; `latest` is every server in its only version.',
  }),
  include_deleted: z
    .enum(['true', 'false'])
    .optional()
    .meta({
      description: 'Has no effect: the gateway keeps no deleted servers.',
      ...documentedAs({ type: 'boolean', enum: undefined }),
    }),
});

/** @throws GatewayError INVALID_REQUEST that names each bad parameter */
export function registryQueryOf(query: unknown) {
  const { updated_since: updatedSince, include_deleted: _, search, ...page } = parseQuery(RegistryQuery, query);
  return { ...page, ...(search && { search }), ...(updatedSince && { updatedSince }) };
}
