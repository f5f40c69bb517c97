import { expect, it } from '@jest/globals';
import { Workload } from '@mcp-gateway/runtime';
import { rowOf } from '../test/fixtures.js';
import { workloadOf } from './desired.js';

it('is all that a runtime has to know of a row, and no more', () => {
  const row = rowOf({
    environmentVariables: { A: '1' },
    replicaCount: 3,
    port: 9000,
    path: '/v1/mcp',
    healthCheck: { path: '/live' },
    resources: { limits: { cpu: '1' } },
    description: 'not this',
    requiredRoles: ['nor this'],
  });
  const workload = workloadOf(row);
  expect(workload).toStrictEqual({
    name: 'echo',
    kind: 'adapter',
    resourceId: row.id,
    imageName: 'mcp-example',
    imageVersion: '1.0.0',
    environment: { A: '1' },
    replicas: 3,
    port: 9000,
    path: '/v1/mcp',
    healthPath: '/live',
    resources: { limits: { cpu: '1' } },
  });
  expect(Workload.parse(workload)).toStrictEqual(workload);
});

it('is also where secrets come from and whose identity it has, where a row says so', () => {
  const secretEnvironment = { TOKEN: { secret: 'mcp-echo', key: 'token' } };
  const workload = workloadOf(rowOf({ secretEnvironment, useWorkloadIdentity: true }));
  expect(workload).toMatchObject({ secretEnvironment, useWorkloadIdentity: true });
});
