import {
  AdapterRequest,
  imageReference,
  type AdapterResource,
  type AdapterSpec,
  type AdapterStatus,
} from '@mcp-gateway/common/contracts';
import { forbidden } from '@mcp-gateway/common/errors';
import { hasAnyRole, isAdmin, type Principal } from '@mcp-gateway/common/principal';
import type { AdapterRow, AdapterRows } from '@mcp-gateway/database';
import type { ResourceDefinition } from '../resources/definition.js';
import { metadataOf, observedStatus } from '../resources/representation.js';

/** Whether the caller may let a server run with the operator's workload identity. */
export type MayUseWorkloadIdentity = (principal: Principal) => boolean;

/** Processes of one machine have no identity to give away, so there everybody may. */
export const workloadIdentityRule =
  (runtime: 'process' | 'kubernetes', roles: readonly string[]): MayUseWorkloadIdentity =>
  (principal) =>
    runtime === 'process' || isAdmin(principal) || hasAnyRole(principal, roles);

/** An adapter: a managed MCP server. */
export const adapterDefinition = (
  rows: AdapterRows,
  mayUseWorkloadIdentity: MayUseWorkloadIdentity,
): ResourceDefinition<AdapterSpec, AdapterResource> => ({
  kind: 'adapter',
  collection: 'adapters',
  request: AdapterRequest,
  rows,
  represent: (row) => ({ ...row.spec, ...metadataOf(row) }),
  status: adapterStatus,
  /** A caller that changes such an adapter chooses what runs with the identity. */
  authorizeSpec(principal, { useWorkloadIdentity }) {
    if (!useWorkloadIdentity || mayUseWorkloadIdentity(principal)) return;
    throw forbidden('useWorkloadIdentity needs a role that the operator has given this right');
  },
  errors: { notFound: 'ADAPTER_NOT_FOUND', nameTaken: 'ADAPTER_EXISTS' },
  /** Either the caller wants to register an adapter, or an MCP client has been given the wrong URL. */
  postHint: (name) =>
    `POST /adapters registers an adapter, and MCP clients use /adapters/${encodeURIComponent(name)}/mcp`,
});

const adapterStatus = (row: AdapterRow): AdapterStatus => ({
  ...observedStatus(row),
  image: imageReference(row.spec),
});
