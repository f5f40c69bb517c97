import { expect, it } from '@jest/globals';
import type { ToolSelection } from '@mcp-gateway/common/contracts';
import type { ToolNaming } from '@mcp-gateway/database';
import { selectionCondition } from './selection.js';

const TOOLS: ToolNaming[] = [
  { name: 'weather', type: 'http', prefix: null },
  { name: 'search', type: 'mcp', prefix: null },
  { name: 'customers', type: 'adapter', prefix: 'crm_' },
];
const namings = async (names?: readonly string[]) => TOOLS.filter(({ name }) => names?.includes(name) ?? true);
const from = (name: string, source: string): ToolSelection => ({ name, source: { kind: 'tool', name: source } });

it.each<[entry: ToolSelection, why: string | undefined]>([
  [{ name: 'weather' }, undefined],
  [{ name: 'search_find' }, undefined],
  [{ name: 'crm_find' }, undefined],
  [{ name: 'customers_find' }, undefined],
  [{ name: '*' }, undefined],
  [{ name: 'we*' }, undefined],
  [{ name: 'cr*' }, undefined],
  [{ name: '*_find' }, undefined],
  [from('*', 'weather'), undefined],
  [from('search_*', 'search'), undefined],
  [{ name: 'nosuch' }, 'no registered tool gives names like "nosuch".'],
  [{ name: 'search' }, 'no registered tool gives names like "search".'],
  [{ name: 'wether_*' }, 'no registered tool gives names like "wether_*".'],
  [from('*', 'wether'), 'there is no tool wether.'],
  [from('find', 'search'), 'the tool search gives no names like "find".'],
])('%j: %s', async (entry, why) => {
  const found = await selectionCondition([{ name: 'weather' }, entry], namings);
  const told = why && `#/tools/1 selects nothing: ${why} `;
  expect(found?.message.replace(/Correct them.*/, '')).toBe(told);
});

it('knows nothing of what servers list that give names without a prefix', async () => {
  const every = async () => [{ name: 'open', type: 'mcp', prefix: '' }];
  expect(await selectionCondition([{ name: 'nosuch' }], every)).toBeUndefined();
});
