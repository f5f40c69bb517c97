import type { GatewayClient } from '@mcp-gateway/client';
import { ownDocument } from './own-documents.js';
import type { ImportedKind } from './plan.js';

export type ExportedDocument = { kind: ImportedKind } & Record<string, unknown>;

/**
 * Everything that the caller may read and that can be registered again: what it belongs to comes first. API keys are not in
 * it, as no answer has them.
 */
export async function exportAll(client: GatewayClient): Promise<ExportedDocument[]> {
  const tenants = await client.list('listTenants');
  const quotas = await Promise.all(tenants.map(({ id }) => client.call('getQuota', { path: { id } })));
  return [
    ...tenants.map((each, at) => document('tenant', { ...each, quota: quotas[at]?.limits })),
    ...(await client.list('listAdapters')).map((each) => document('adapter', each)),
    ...(await client.list('listTools')).map((each) => document('tool', each)),
    ...(await client.list('listToolsets')).map((each) => document('toolset', each)),
  ];
}

function document(kind: ImportedKind, given: object): ExportedDocument {
  const { name, ...fields } = ownDocument(kind, given as Record<string, unknown>);
  return { kind, ...(kind !== 'tenant' && { name }), ...fields };
}
