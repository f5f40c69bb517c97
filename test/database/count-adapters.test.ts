import { expect, it } from '@jest/globals';
import { adapterRows, countAdapters } from '@mcp-gateway/database';
import { connect, freshDatabase } from '../support/postgres.js';
import { create, spec } from './specs.js';

it('counts adapters by phase, with deleted adapters as a phase, and adapters that wait for a reconcile', async () => {
  const database = connect(await freshDatabase());
  const rows = adapterRows(database);
  expect(await countAdapters(database)).toEqual([]);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await create(rows, spec(name), 'alice');
  const row = async (name: string) => (await rows.find(name)) as NonNullable<Awaited<ReturnType<typeof rows.find>>>;
  for (const name of ['a', 'b', 'c']) {
    await rows.saveStatus(await row(name), { phase: 'Ready', conditions: [], replicas: [] });
  }
  await rows.update(await row('b'), spec('b'));
  await rows.markDeleted(await row('c'));
  const counts = (await countAdapters(database)).toSorted((a, b) => a.phase.localeCompare(b.phase));
  expect(counts).toEqual([
    { phase: 'Deleting', adapters: 1, lagging: 1 },
    { phase: 'Pending', adapters: 2, lagging: 2 },
    { phase: 'Ready', adapters: 2, lagging: 1 },
  ]);
});
