import {
  AdapterRequest,
  bridgeFaults,
  CLIENT_METHODS,
  imageReference,
  type AdapterResource,
  type AdapterSpec,
  type AdapterStatus,
  representedSpec,
} from '@mcp-gateway/common/contracts';
import { forbidden, misspelt } from '@mcp-gateway/common/errors';
import { isAdmin } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import { policyFaults } from '@mcp-gateway/identity';
import type { AdapterRow, AdapterRows } from '@mcp-gateway/database';
import { requireAuditRight } from '../audit/settings.js';
import {
  resourceMetadata,
  resourceStatus,
  type ResourceDefinition,
  type ResourceDocumentation,
} from '../resources/definition.js';
import { type MayUseWorkloadIdentity, requireWorkloadIdentity } from '../resources/workload-identity.js';

/**
 * The expressions of policies are checked here, because the contract knows no CEL. A method with a typing error would make
 * a policy that never decides, and a bridge without its settings never starts.
 */
const CheckedRequest = AdapterRequest.superRefine(({ spec }, context) => {
  spec.policies.forEach(({ methods }, index) => {
    methods.forEach((method, at) => {
      const meant = misspelt(method, CLIENT_METHODS);
      if (meant === undefined) return;
      const message = `"${method}" is no method of MCP; did you mean "${meant}"?`;
      context.addIssue({ code: 'custom', path: ['policies', index, 'methods', at], message });
    });
  });
  for (const fault of bridgeFaults(spec)) context.addIssue({ code: 'custom', ...fault });
  for (const { index, detail } of policyFaults(spec.policies)) {
    context.addIssue({ code: 'custom', path: ['policies', index, 'when'], message: detail });
  }
});

/** The privileges that a spec may need. */
export interface AdapterPrivileges {
  mayUseWorkloadIdentity: MayUseWorkloadIdentity;
  /** @throws GatewayError FORBIDDEN, INVALID_REQUEST */
  checkCredential(principal: Principal, name: string, field: 'upstreamAuth' | 'tls'): void;
  /** Names of the tools that have the adapter as their source. */
  toolsOf(adapter: string): Promise<string[]>;
}

/** An adapter: a managed MCP server. */
export const adapterDefinition = (
  rows: AdapterRows,
  { mayUseWorkloadIdentity, checkCredential, toolsOf }: AdapterPrivileges,
): ResourceDefinition<AdapterSpec, AdapterResource> => ({
  kind: 'adapter',
  collection: 'adapters',
  request: CheckedRequest,
  rows,
  represent: (row) => ({ ...representedSpec(row.spec), ...resourceMetadata(row) }),
  status: adapterStatus,
  whyNoLogs: ({ spec }) =>
    spec.remote &&
    `${spec.name} is a remote server, so the gateway has no logs of it; GET /adapters/${spec.name}/status says whether it answers`,
  /** A caller that changes such an adapter chooses what runs with the identity, or gets the credential. */
  authorizeSpec(principal, spec, current) {
    requireWorkloadIdentity(principal, spec, mayUseWorkloadIdentity);
    const { tls, upstreamAuth } = spec;
    const { credential, audience } = upstreamAuth ?? {};
    if (credential !== undefined) checkCredential(principal, credential, 'upstreamAuth');
    if (tls?.credential !== undefined) checkCredential(principal, tls.credential, 'tls');
    if (audience !== undefined && !isAdmin(principal)) {
      throw forbidden('upstreamAuth.audience needs the role mcp.admin: servers of others may accept that audience');
    }
    requireAuditRight(principal, spec, current);
  },
  dependents: async (adapter) => (await toolsOf(adapter)).map((name) => ({ kind: 'tool', name })),
  errors: { notFound: 'ADAPTER_NOT_FOUND', nameTaken: 'ADAPTER_EXISTS' },
  /** Either the caller wants to register an adapter, or an MCP client has been given the wrong URL. */
  postHint: (name) =>
    `POST /adapters registers an adapter, and MCP clients use /adapters/${encodeURIComponent(name)}/mcp`,
});

function adapterStatus(row: AdapterRow): AdapterStatus {
  const { imageName, imageVersion } = row.spec;
  const status = resourceStatus(row);
  return imageName === undefined || imageVersion === undefined
    ? { ...status, replicaStatus: 'a remote server, which has no replicas here' }
    : { ...status, image: imageReference({ imageName, imageVersion }) };
}

const MINIMAL = { name: 'everything', imageName: 'everything', imageVersion: 'latest', replicaCount: 2 };

/** The parts of the OpenAPI document that only adapters have. */
export const adapterDocumentation: ResourceDocumentation = {
  type: 'Adapter',
  collection: 'adapters',
  aResource: 'an adapter',
  registers: 'an MCP server',
  examples: {
    create: {
      minimal: { summary: 'Two replicas of a server', value: MINIMAL },
      pinned: {
        summary: 'An image by its digest, for holders of a role',
        value: {
          name: 'search',
          imageName: 'team/search',
          imageVersion: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
          environmentVariables: { INDEX_URL: 'https://index.example.com' },
          secretEnvironment: { API_KEY: { secret: 'mcp-search', key: 'api-key' } },
          requiredRoles: ['search.users'],
        },
      },
      remote: {
        summary: 'A server that runs elsewhere, with a credential that the operator has configured',
        value: {
          name: 'github',
          remote: { url: 'https://api.githubcopilot.com/mcp/' },
          upstreamAuth: { credential: 'github' },
        },
      },
    },
    replace: {
      scaled: {
        summary: 'Another version, with three replicas',
        value: { ...MINIMAL, imageVersion: '2.0.0', replicaCount: 3 },
      },
    },
  },
  forbidden: {
    create: 'You may not use `useWorkloadIdentity`, `audit`, this `upstreamAuth` or this `tls`.',
    change:
      'You may read the adapter but not change it, or you may not use `useWorkloadIdentity`, `audit`, this `upstreamAuth` or this `tls`.',
  },
};
