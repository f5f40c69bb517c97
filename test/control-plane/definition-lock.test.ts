import { expect, it } from '@jest/globals';
import { caller } from './support/callers.js';
import { startControlPlane } from './support/control-plane.js';

const SECRET = 'a secret that the services of a gateway share';
const HASH = 'a'.repeat(64);
const definition = { name: 'find', description: 'Finds.', inputSchema: { type: 'object' } };

async function setUp() {
  const plane = await startControlPlane({ credentials: { folder: undefined, secrets: () => [SECRET] } });
  const owner = caller(plane.url, 'alice', 'team');
  const source = { type: 'mcp', approval: 'required' };
  const spec = { name: 'search', imageName: 'search', imageVersion: '1.0.0', source, requiredRoles: ['team'] };
  const { json } = await owner.call('POST', '/tools', spec);
  const report = async (more: object = {}, secret = SECRET) => {
    const definitions = [{ kind: 'tool', name: 'find', hash: HASH, definition }];
    const answer = await fetch(`${plane.url}/internal/definitions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-mcp-gateway-secret': secret },
      body: JSON.stringify({ kind: 'tool', name: 'search', resourceId: json.id as string, definitions, ...more }),
    });
    return answer.status;
  };
  const changes = async () => (await owner.get('/tools/search/definition-changes')).json as { changes: object[] };
  const approve = (definitions: object[]) =>
    owner.call('POST', '/tools/search/definition-changes/approve', { definitions });
  return { plane, owner, spec, report, changes, approve };
}

it('takes reports of services with the secret, of tools that are there', async () => {
  const { report, changes } = await setUp();
  expect(await report({}, 'another secret')).toBe(403);
  expect(await report({ resourceId: '3f0c9a52-3c3f-4a5e-8f5e-2f7f0f1c9b11' })).toBe(404);
  expect(await report({ name: 'other' })).toBe(404);
  expect(await report({ kind: 'adapter' })).toBe(404);
  expect(await report({ definitions: [{ kind: 'tool', name: 'find', hash: 'short' }] })).toBe(400);
  expect((await changes()).changes).toEqual([]);
  expect(await report()).toBe(200);
  expect((await changes()).changes).toMatchObject([{ change: 'new', name: 'find', hash: HASH }]);
});

it('an approval is a new generation of the tool, and belongs to that tool alone', async () => {
  const { owner, spec, report, changes, approve, plane } = await setUp();
  await report();
  const before = (await owner.get('/tools/search')).json as { generation: number };
  expect((await approve([{ name: 'find', hash: HASH }])).status).toBe(200);
  expect(plane.hints.at(-1)).toBe('search');
  const { json } = await owner.get('/tools/search');
  expect(json).toMatchObject({ ...before, generation: before.generation + 1 });
  expect((await changes()).changes).toEqual([]);
  expect((await approve([{ name: 'find', hash: 'b'.repeat(64) }])).status).toBe(412);

  // A later tool of the name has nothing of this one.
  await owner.call('DELETE', '/tools/search');
  const again = (await owner.call('POST', '/tools', spec)).json as { id: string };
  expect(await changes()).toMatchObject({ changes: [], definitions: [], reportedAt: null });
  expect(await report()).toBe(404);
  expect(await report({ resourceId: again.id })).toBe(200);
  expect((await changes()).changes).toMatchObject([{ change: 'new', approvedHash: null }]);
});

it('of approvals at once, all count', async () => {
  const { report, changes, approve } = await setUp();
  const names = Array.from({ length: 8 }, (_, i) => `tool-${i}`);
  await report({ definitions: names.map((name) => ({ kind: 'tool', name, hash: HASH, definition: { name } })) });
  const answers = await Promise.all(names.map((name) => approve([{ name, hash: HASH }])));
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
  expect((await changes()).changes).toEqual([]);
});

it('texts that PostgreSQL would refuse as JSON are kept as they are', async () => {
  const { report, changes, approve } = await setUp();
  const odd = { name: 'find', description: 'nul \0 and half \ud800', b: 1, a: 2 };
  await report({ definitions: [{ kind: 'tool', name: 'find', hash: HASH, definition: odd }] });
  const [change] = (await changes()).changes as { differences: { pointer: string; after: unknown }[] }[];
  expect(change?.differences.find(({ pointer }) => pointer === '/description')?.after).toBe(odd.description);
  expect((await approve([{ name: 'find', hash: HASH }])).status).toBe(200);
});
