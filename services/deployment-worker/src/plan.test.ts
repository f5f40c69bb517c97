import { expect, it, describe } from '@jest/globals';
import { ToolSpec } from '@mcp-gateway/common/contracts';
import { Workload, ABSENT, type Observation } from '@mcp-gateway/runtime';
import type { AdapterRow } from '@mcp-gateway/database';
import { rowOf, deleted, OTHER_ID, seenOf } from '../test/fixtures.js';
import { desiredAdapter } from './kinds.js';
import { plan, type Step } from './plan.js';
import { desiredTool } from './tool-kind.js';

describe('the workload of a row', () => {
  it('has every field that a runtime needs, and no other field of the row', () => {
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
    const { workload } = desiredAdapter(row);
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

  it('has the references to secrets and the workload identity of the spec', () => {
    const secretEnvironment = { TOKEN: { secret: 'mcp-echo', key: 'token' } };
    const { workload } = desiredAdapter(rowOf({ secretEnvironment, useWorkloadIdentity: true }));
    expect(workload).toMatchObject({ secretEnvironment, useWorkloadIdentity: true });
  });

  it('says that the server speaks TLS, and nothing about certificates', () => {
    expect(desiredAdapter(rowOf({ tls: { credential: 'backend', serverName: 'crm' } })).workload.tls).toBe(true);
    expect(desiredAdapter(rowOf({})).workload).not.toHaveProperty('tls');
  });
});

describe('a tool that is an MCP server', () => {
  it('runs at the port and path of its source, and is published without a definition of its own', () => {
    const source = { type: 'mcp', port: 9000, path: '/v1/mcp' } as const;
    const image = { imageName: 'team/search', imageVersion: '1.0.0' };
    const spec = ToolSpec.parse({ name: 'search', ...image, source });
    const { workload, definition, routing } = desiredTool({ ...rowOf(), kind: 'tool', name: 'search', spec });
    expect(workload).toMatchObject({ kind: 'tool', name: 'search', port: 9000, path: '/v1/mcp' });
    expect(definition).toEqual({ type: 'mcp' });
    expect(routing).toEqual({ affinity: 'session' });
  });
});

const row = rowOf({ replicaCount: 2 });
const seen = seenOf(row);
const of = (spec: Parameters<typeof rowOf>[0]) => rowOf({ replicaCount: 2, ...spec });
/** The same name, taken over by a new adapter. */
const successor = rowOf({ replicaCount: 2 }, { id: OTHER_ID });
/** The observation of a supervisor that was started anew. */
const logsOf = ({ id }: AdapterRow): Observation => ({ ...ABSENT, exists: true, resourceId: id });

const table: [what: string, row: AdapterRow | null, seen: Observation, step: Step][] = [
  ['a new row', row, ABSENT, 'apply'],
  ['a row with nothing but logs', row, logsOf(row), 'apply'],
  ['a row that was applied', row, seen, 'report'],
  ['a row that was applied, whatever its generation', { ...row, generation: 9 }, seen, 'report'],
  ['a row whose objects are not all as they were applied', row, { ...seen, inSync: false }, 'apply'],
  ['a row whose replicas are not there yet', row, { ...seen, replicas: [] }, 'report'],
  ['a row that cannot run', row, { ...seen, failure: { reason: 'ImageNotFound', message: 'no' } }, 'report'],
  ['a row with another image', of({ imageVersion: '2' }), seen, 'apply'],
  ['a row with another environment', of({ environmentVariables: { A: '1' } }), seen, 'apply'],
  ['a row with more replicas', of({ replicaCount: 3 }), seen, 'apply'],
  ['a row with no replicas', of({ replicaCount: 0 }), seen, 'apply'],
  ['a row that an autoscaler has scaled', row, { ...seen, autoscaled: true, desiredReplicas: 5 }, 'report'],
  ['a row that is to stop, autoscaled or not', of({ replicaCount: 0 }), { ...seen, autoscaled: true }, 'apply'],
  ['a row with another description', of({ description: 'new' }), seen, 'report'],
  ['a row with other roles', of({ requiredRoles: ['team'] }), seen, 'report'],
  ['a row whose workload is being removed', row, { ...seen, removing: true }, 'apply'],
  ['a row that took over a name with what runs for it', successor, seen, 'remove'],
  ['a row that took over a name that is being cleared', successor, { ...seen, removing: true }, 'wait'],
  ['a row that took over a name with logs', successor, logsOf(row), 'remove'],
  ['a row that took over a name that is clear', successor, ABSENT, 'apply'],
  ['a deleted row that still runs', deleted(row), seen, 'remove'],
  ['a deleted row whose workload has another revision', deleted(row), { ...seen, revision: 'other' }, 'remove'],
  ['a deleted row whose name has the workload of another', deleted(successor), seen, 'remove'],
  ['a deleted row whose workload is being removed', deleted(row), { ...seen, removing: true }, 'wait'],
  ['a deleted row with logs', deleted(row), logsOf(row), 'remove'],
  ['a deleted row without a workload', deleted(row), ABSENT, 'purge'],
  ['no row, and something runs', null, seen, 'remove'],
  ['no row, and logs are left', null, logsOf(row), 'remove'],
  ['no row, and something is ending', null, { ...seen, removing: true }, 'wait'],
  ['no row, and nothing', null, ABSENT, 'forget'],
];

describe('the plan for', () => {
  it.each(table)('%s', (_what, wanted, observed, step) => {
    expect(plan(wanted && desiredAdapter(wanted), observed)).toBe(step);
  });
});
