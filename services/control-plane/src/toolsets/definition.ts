import { type ToolsetResource, ToolsetRequest, type ToolsetSpec } from '@mcp-gateway/common/contracts';
import type { ToolsetRows } from '@mcp-gateway/database';
import { requireAuditRight } from '../audit/settings.js';
import {
  resourceMetadata,
  resourceState,
  type ResourceDefinition,
  type ResourceDocumentation,
} from '../resources/definition.js';

/** A toolset: a selection of tools. It runs nothing, so no quota that an administrator sets counts it. */
export const toolsetDefinition = (rows: ToolsetRows): ResourceDefinition<ToolsetSpec, ToolsetResource> => ({
  kind: 'toolset',
  collection: 'toolsets',
  request: ToolsetRequest,
  rows,
  represent: (row) => ({ ...row.spec, ...resourceMetadata(row) }),
  status: resourceState,
  authorizeSpec: requireAuditRight,
  putCreates: true,
  errors: { notFound: 'TOOLSET_NOT_FOUND', nameTaken: 'TOOLSET_EXISTS' },
  postHint: (name) => `PUT /toolsets/${encodeURIComponent(name)} creates or replaces it`,
});

const SUPPORT = {
  name: 'support',
  title: 'Support',
  tools: [
    { name: 'tickets_*' },
    { name: 'search_find', as: 'find_article', description: 'Finds articles in the handbook of the support team.' },
  ],
  requiredRoles: ['support'],
};

/** The parts of the OpenAPI document that only toolsets have. */
export const toolsetDocumentation: ResourceDocumentation = {
  type: 'Toolset',
  collection: 'toolsets',
  aResource: 'a toolset',
  registers: 'a toolset',
  examples: {
    create: {
      curated: { summary: 'All tools of one server, and one of another under another name', value: SUPPORT },
      searchable: {
        summary: 'Everything, to be searched',
        value: { name: 'everything', tools: [{ name: '*' }], search: true, requiredRoles: ['staff'] },
      },
    },
    replace: { curated: { summary: 'For another role', value: { ...SUPPORT, requiredRoles: ['helpdesk'] } } },
  },
  forbidden: {
    create: 'You may not use `audit`, or your API key is restricted to other resources.',
    change: 'You may read the toolset but not change it, or you may not use `audit`.',
  },
  isPublishedOnly: true,
  putCreates: true,
};
