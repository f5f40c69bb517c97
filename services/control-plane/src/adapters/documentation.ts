import type { ResourceDocumentation } from '../resources/definition.js';

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
    },
    replace: {
      scaled: {
        summary: 'Another version, with three replicas',
        value: { ...MINIMAL, imageVersion: '2.0.0', replicaCount: 3 },
      },
    },
  },
  forbidden: {
    create: 'You may not use `useWorkloadIdentity`.',
    change: 'You may read the adapter but not change it, or you may not use `useWorkloadIdentity`.',
  },
};
