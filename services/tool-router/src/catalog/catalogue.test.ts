import { expect, it } from '@jest/globals';
import { ALL_TOOLS, type PublishedTool, type Route, toolsetRef } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { ToolTable } from '@mcp-gateway/routing';
import { NOTHING, type Listing, type ToolSource } from '../sources/source.js';
import { Catalogue } from './catalogue.js';
import { Views } from './view.js';

const alice = { subject: 'alice', name: 'alice', roles: [], tenant: 'default' };
const ref = { kind: 'tool', name: 'source' } as const;
const definition: PublishedTool = { type: 'mcp' };
const route = { ...ref, createdBy: 'alice', requiredRoles: [], tenant: 'default', endpoints: [] } as unknown as Route;

/** A catalogue of one source, which lists this. */
function catalogueOf(listing: Listing) {
  const errors: string[] = [];
  const nothing = () => {};
  const log = { info: nothing, warn: nothing, error: (_: object, text: string) => void errors.push(text) };
  const table = {
    all: () => [route],
    get: () => route,
    definition: () => definition,
    onChange: nothing,
    toolset: nothing,
  };
  const source: ToolSource = {
    ref,
    list: async () => listing,
    call: async () => ({ content: [] }),
    onChange: nothing,
    close: async () => {},
  };
  const catalogue = new Catalogue({
    table: table as unknown as ToolTable,
    openSource: () => source,
    openBridge: () => source,
    log: log as unknown as Logger,
  });
  return { catalogue, views: new Views(catalogue, log as unknown as Logger), errors };
}

it('a listener that throws keeps no change from the others, and does not end the process', async () => {
  const { catalogue, errors } = catalogueOf(NOTHING);
  catalogue.onChange(() => {
    throw new RangeError('Maximum call stack size exceeded');
  });
  await new Promise<void>((resolve) => catalogue.onChange(resolve));
  expect(errors).toEqual(['a change of the listed tools could not be announced']);
  await catalogue.close();
});

it('an item that is nested without end has a fingerprint', async () => {
  let nested: object = {};
  for (let depth = 0; depth < 100_000; depth += 1) nested = { nested };
  const deep = { name: 'deep', inputSchema: { type: 'object' as const, nested } };
  const { catalogue, views } = catalogueOf({ ...NOTHING, tools: [deep] });
  await catalogue.whenTried(alice, toolsetRef(ALL_TOOLS), 5_000);
  const view = views.of(alice, toolsetRef(ALL_TOOLS));
  expect(view.tools.map(({ key }) => key)).toEqual(['source_deep']);
  expect(view.fingerprint('tools')).toBe(view.fingerprint('tools'));
  await catalogue.close();
});
